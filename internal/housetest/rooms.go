package housetest

import (
	"slices"
	"strings"
)

// modulePath is the module whose rooms these are.
const modulePath = "github.com/healthcheck-exporter/healthcheck_exporter"

// A room is a package, with the packages of its own internal folder.
type room struct {
	path  string // below the module; "." is main
	floor int
	// uses are the rooms that it may import; each is on a lower floor.
	uses []string
	// outside are the import paths that it may use beside the standard library,
	// with all that is below them.
	outside []string
	// lean rooms are what a service embeds: they link no driver, no YAML, no
	// flags, however far down.
	lean bool
	// testing rooms exist for tests: only tests may import them, and the rules
	// about what code may do are not for them.
	testing bool
}

// mainFloor is the one floor on which flags, os.Exit and default registries may
// be used.
const mainFloor = 4

func rooms() []room {
	words := "checks"
	types := []string{"checks/probe", "checks/store", "checks/queue", "checks/host", "checks/command"}
	below := func(more ...string) []string { return append(more, words, "internal/scrub") }
	counting := "internal/striped"
	// client_model has the types in the signatures of client_golang.
	clientGolang := []string{"github.com/prometheus/client_golang", "github.com/prometheus/client_model"}
	with := func(paths []string, more ...string) []string { return append(slices.Clone(paths), more...) }

	return []room{
		{path: ".", floor: mainFloor,
			uses: below(append(types, "config", "httpapi", "agentcheck", "envinfo", "collector")...),
			outside: with(clientGolang,
				"github.com/alecthomas/kingpin/v2", "github.com/prometheus/exporter-toolkit", "github.com/tjhop/slog-gokit",
				"github.com/go-kit/log", "github.com/prometheus/common",
				"github.com/coreos/go-systemd/v22/activation",      // the sockets that we inherit
				"golang.org/x/crypto/bcrypt", "go.yaml.in/yaml/v3", // basic_auth_users of the web config
				"golang.org/x/net/netutil", "golang.org/x/sys/unix", // limits of listeners and descriptors
			)},
		{path: "internal/gotest", floor: mainFloor},

		{path: "config", floor: 3, uses: below(append(types, "envinfo", "collector")...), outside: []string{"go.yaml.in/yaml/v3"}},
		{path: "httpapi", floor: 3, uses: below("envinfo", "collector", counting), lean: true, outside: clientGolang},
		{path: "agentcheck", floor: 3, uses: below("collector"), lean: true},

		{path: "collector", floor: 2, uses: below(counting), lean: true, outside: with(clientGolang, "github.com/go-kit/log")},
		{path: "envinfo", floor: 2, uses: []string{"internal/scrub"}, lean: true, outside: with(clientGolang, "github.com/shirou/gopsutil/v3")},

		{path: "checks/probe", floor: 1, uses: []string{words}, outside: []string{"golang.org/x/net"}},
		{path: "checks/store", floor: 1, uses: []string{words}, outside: []string{
			"github.com/gomodule/redigo", "github.com/jackc/pgx/v5", "github.com/go-sql-driver/mysql"}},
		{path: "checks/queue", floor: 1, uses: []string{words}},
		{path: "checks/host", floor: 1, uses: []string{words}, outside: []string{"github.com/shirou/gopsutil/v3", "golang.org/x/sys"}},
		{path: "checks/command", floor: 1, uses: []string{words}},
		{path: "internal/scrub", floor: 1, lean: true},
		{path: counting, floor: 1, lean: true},

		{path: "checks", floor: 0, lean: true},

		{path: "internal/housetest", testing: true},
		{path: "internal/faulttest", testing: true},
		{path: "internal/testservers", testing: true},
		{path: "internal/e2e", testing: true},
	}
}

// heavy is what no package of ours may link; a grpc health check is net/http's
// HTTP/2 and a frame of five bytes.
func heavy() []string {
	return []string{"google.golang.org/grpc", "go.opentelemetry.io", "k8s.io", "sigs.k8s.io"}
}

// unlean is what a service that embeds the lean rooms does not want to link:
// drivers, YAML, flags.
func unlean() []string {
	return []string{
		"github.com/jackc", "github.com/go-sql-driver", "github.com/gomodule/redigo", "github.com/redis", "github.com/lib/pq",
		"go.mongodb.org", "github.com/bradfitz/gomemcache",
		"github.com/rabbitmq", "github.com/nats-io", "github.com/eclipse", "github.com/segmentio", "github.com/twmb", "github.com/IBM/sarama",
		"go.yaml.in", "gopkg.in/yaml.v2", "gopkg.in/yaml.v3", "sigs.k8s.io/yaml", "github.com/goccy/go-yaml",
		"github.com/alecthomas/kingpin", "github.com/prometheus/exporter-toolkit", "flag",
	}
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
