package housetest

import (
	"slices"
	"strings"
)

// modulePath is the module whose rooms these are.
const modulePath = "github.com/healthcheck-exporter/healthcheck_exporter"

// A room is a package together with the packages in its internal folder.
type room struct {
	path  string // below the module; "." is main
	floor int
	// step orders the rooms of one floor: an arrow may lead to a lower step.
	step int
	// uses are the rooms that it may import; each is on a lower floor or step.
	uses []string
	// outside are the import paths that it may use beside the standard library,
	// with all that is below them.
	outside []string
	// lean rooms can be embedded in a service: they link no driver, YAML or flag
	// package, directly or indirectly.
	lean bool
	// testing rooms exist for tests: only tests may import them, and the rules
	// about the code do not apply to them.
	testing bool
}

// typesFloor is the floor of the check types: each links its own client library
// and no other.
const typesFloor = 1

// mainFloor is the one floor on which flags, os.Exit and default registries may
// be used: main, internal/cli and programs that only the build runs.
const mainFloor = 7

func rooms() []room {
	const words, authors, wire = "checks", "checks/checktype", "checks/internal/wire"
	const self, state, logging = "scrub", "internal/state", "internal/logging"
	const striped, clip, flight, spell = "internal/striped", "internal/clip", "internal/flight", "internal/spell"
	var types []string
	for _, r := range checkTypes() {
		types = append(types, r.path)
	}
	// client_model has the types in the signatures of client_golang.
	clientGolang := []string{"github.com/prometheus/client_golang", "github.com/prometheus/client_model"}
	const kitLog = "github.com/go-kit/log"
	with := func(paths []string, more ...string) []string { return append(slices.Clone(paths), more...) }

	answers := []string{words, authors, self, "collector", "envinfo", "httpapi", "agentcheck", state}
	files := with(answers, "config", "service")
	everything := with(files, with(types, "internal/instance", "internal/listen", "internal/notify", logging, "internal/server")...)
	const toolkit = "github.com/prometheus/exporter-toolkit"

	return append(checkTypes(), []room{
		{path: ".", floor: mainFloor, step: 1, uses: []string{"internal/cli"}},
		{path: "internal/cli", floor: mainFloor,
			uses: []string{words, self, spell, clip, "collector", "envinfo", "httpapi", state, "config",
				"internal/instance", "internal/listen", "internal/notify", logging, "internal/server"},
			outside: with(clientGolang, "github.com/alecthomas/kingpin/v2", toolkit, kitLog, "github.com/prometheus/common",
				"golang.org/x/sys/unix", "golang.org/x/text/width")}, // terminals
		{path: "internal/docs", floor: mainFloor, uses: everything},

		{path: "internal/server", floor: 6, uses: with(files, clip, "internal/instance", "internal/listen", "internal/notify", logging),
			outside: with(clientGolang, toolkit, kitLog, "github.com/prometheus/common",
				"golang.org/x/crypto/bcrypt", "go.yaml.in/yaml/v3", // basic_auth_users of the web config
				"net/http/pprof")},

		{path: "internal/instance", floor: 5, uses: with(files, clip), outside: with(clientGolang, kitLog, "github.com/prometheus/common")},
		{path: "internal/listen", floor: 5, outside: []string{
			toolkit, kitLog, "github.com/coreos/go-systemd/v22/activation", "golang.org/x/net/netutil", "golang.org/x/sys/unix"}},
		{path: "internal/notify", floor: 5, lean: true},
		{path: logging, floor: 5, uses: []string{self}, outside: []string{kitLog, "github.com/tjhop/slog-gokit"}},

		{path: "config", floor: 4, uses: with(answers, with(types, spell)...), outside: []string{"go.yaml.in/yaml/v3"}},
		{path: "service", floor: 4, uses: answers, lean: true, outside: with(clientGolang, kitLog)},

		{path: "httpapi", floor: 3, uses: []string{words, authors, self, "collector", striped, clip, flight}, lean: true, outside: with(clientGolang, "github.com/prometheus/common/expfmt")},
		{path: "agentcheck", floor: 3, uses: []string{words, self, "collector"}, lean: true, outside: []string{kitLog}},
		{path: state, floor: 3, uses: []string{words, "collector", clip}, lean: true},

		{path: "collector", floor: 2, uses: []string{words, authors, self, striped, clip, spell}, lean: true, outside: with(clientGolang, kitLog)},
		{path: "envinfo", floor: 2, uses: []string{self, clip, flight}, lean: true, outside: with(clientGolang, "github.com/shirou/gopsutil/v3")},

		{path: wire, floor: 0, step: 3, uses: []string{words, authors, clip}, lean: true, outside: []string{"golang.org/x/net"}},
		{path: authors, floor: 0, step: 2, uses: []string{words}, lean: true},
		{path: words, floor: 0, step: 1, uses: []string{clip}, lean: true},
		{path: self, floor: 0, step: 1, uses: []string{clip}, lean: true},
		{path: striped, floor: 0, lean: true},
		{path: clip, floor: 0, lean: true},
		{path: spell, floor: 0, lean: true},
		{path: flight, floor: 0, lean: true},

		{path: "internal/housetest", testing: true},
		{path: "internal/browsertest", testing: true},
		{path: "internal/faulttest", testing: true},
		{path: "internal/schematest", testing: true, outside: []string{"go.yaml.in/yaml/v3"}},
		{path: "internal/testservers", testing: true},
		{path: "internal/screentest", testing: true},
		{path: "internal/e2e", testing: true},
	}...)
}

// checkTypes are the rooms of the check types. The first path is the package. The
// others are the import paths outside the module that it may use, such as its
// client library.
func checkTypes() []room {
	var list []room
	for _, paths := range [][]string{
		{"checks/probe", "golang.org/x/net"},
		{"checks/host", "github.com/shirou/gopsutil/v3", "golang.org/x/sys"},
		{"checks/command"},
		{"checks/heartbeat"},
		{"checks/redis"},
		{"checks/postgres", "github.com/jackc/pgx/v5", "golang.org/x/text"},
		{"checks/mysql", "github.com/go-sql-driver/mysql"},
		{"checks/amqp", "github.com/rabbitmq/amqp091-go"},
	} {
		list = append(list, room{
			path: paths[0], floor: typesFloor, outside: paths[1:],
			uses: []string{"checks", "checks/checktype", "checks/internal/wire", "internal/clip"},
		})
	}
	return list
}

// heavy are the packages that no package of ours may link. A gRPC health check,
// for example, needs only HTTP/2 of net/http and a frame header of five bytes.
func heavy() []string {
	return []string{"google.golang.org/grpc", "go.opentelemetry.io", "k8s.io", "sigs.k8s.io"}
}

// unlean are the packages that lean rooms must not link: the client libraries of
// check types, YAML, flags.
func unlean() []string {
	return append(clients(),
		"go.yaml.in", "gopkg.in/yaml.v2", "gopkg.in/yaml.v3", "sigs.k8s.io/yaml", "github.com/goccy/go-yaml",
		"github.com/alecthomas/kingpin", "github.com/prometheus/exporter-toolkit", "flag")
}

// clients are the client libraries of the check types: what only they may use.
func clients() (list []string) {
	lean := slices.DeleteFunc(rooms(), func(r room) bool { return !r.lean })
	for _, r := range checkTypes() {
		for _, path := range r.outside {
			shared := slices.ContainsFunc(lean, func(other room) bool { return under(path, other.outside) })
			if !shared && !strings.HasPrefix(path, "golang.org/x/") {
				list = append(list, path)
			}
		}
	}
	return list
}

// roomOf finds the room of an import path of ours: the package itself or one in
// its internal folder. Ours is false for packages of other modules.
func roomOf(importPath string) (r room, found, ours bool) {
	path, ours := ownPath(importPath)
	if !ours {
		return room{}, false, false
	}
	all := rooms()
	i := slices.IndexFunc(all, func(r room) bool {
		return path == r.path || r.path != "." && strings.HasPrefix(path, r.path+"/internal/")
	})
	if i < 0 {
		return room{}, false, true
	}
	return all[i], true, true
}

// ownPath is an import path below our module; main is ".".
func ownPath(importPath string) (path string, ours bool) {
	if importPath == modulePath {
		return ".", true
	}
	return strings.CutPrefix(importPath, modulePath+"/")
}

// under reports whether path is one of roots or below one.
func under(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}
