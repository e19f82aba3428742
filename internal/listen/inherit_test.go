//go:build linux

package listen_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
)

// TestMain runs this program in place of the tests as a service of systemd: it
// opens its sockets and prints them.
func TestMain(m *testing.M) {
	if os.Getenv("LISTEN_FDS") == "" {
		os.Exit(m.Run())
	}
	o := listen.Options{MaxConnections: 10, DefaultWeb: "127.0.0.1:0", DefaultAdmin: os.Getenv("ADMIN")}
	for _, arg := range os.Args[1:] {
		switch flag, value, _ := strings.Cut(arg, "="); flag {
		case "web":
			o.Web = append(o.Web, value)
		case "health":
			o.Health = append(o.Health, value)
		case "agent":
			o.Agent = append(o.Agent, value)
		case "admin":
			o.Admin = value
		case "systemd":
			o.Systemd = true
		}
	}
	s, err := listen.Open(o)
	if err != nil {
		fmt.Println(err)
		if n := openSockets(); n > 0 {
			fmt.Println(n, "sockets are still open")
		}
		os.Exit(1)
	}
	show := func(kind string, l net.Listener) { fmt.Println(kind, filepath.Base(l.Addr().String())) }
	for _, l := range s.Web {
		show("web", l)
	}
	for _, l := range s.Health {
		show("health", l)
	}
	for _, a := range s.Agent {
		show("agent view="+a.View, a)
	}
	for _, l := range s.Admin {
		show("admin", l)
	}
	for _, name := range []string{"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"} {
		if _, set := os.LookupEnv(name); set {
			fmt.Println(name, "is still set")
		}
	}
	s.Close()
	os.Exit(0)
}

// openSockets counts the sockets that this process has open.
func openSockets() (n int) {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range files {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// A passed is a socket that systemd passes: its name and its descriptor.
type passed struct {
	name string
	file *os.File
}

// listening returns a socket that listens at a file in dir. It has no name yet.
func listening(t *testing.T, dir, file string) passed {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	f, err := l.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return passed{file: f}
}

// service returns what the service prints that inherits the sockets.
func service(t *testing.T, sockets []passed, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, os.Args[0]}, args...)...)
	var names []string
	for _, s := range sockets {
		names = append(names, s.name)
		cmd.ExtraFiles = append(cmd.ExtraFiles, s.file)
	}
	cmd.Env = []string{"PATH=/usr/bin:/bin", fmt.Sprintf("LISTEN_FDS=%d", len(sockets)), "ADMIN=" + filepath.Join(dir, "default")}
	if named := strings.Join(names, ":"); strings.Trim(named, ":") != "" {
		cmd.Env = append(cmd.Env, "LISTEN_FDNAMES="+named)
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSocketsOfSystemdServeWhatTheirNamesSay(t *testing.T) {
	dir := t.TempDir()
	named := func(file, name string) passed {
		s := listening(t, dir, file)
		s.name = name
		return s
	}
	unnamed, web, web2, health, health2, agent, ready, admin := named("unnamed", ""), named("w", "web"), named("w2", "web"),
		named("h", "health"), named("h2", "health"), named("a", "agent"), named("r", "agent?view=ready"), named("ad", "admin")
	unit, typo := named("unit", "healthcheck_exporter.socket"), named("typo", "helth")
	noView, badView := named("noview", "agent?view="), named("badview", "agent?veiw=ready")
	for _, test := range []struct {
		name    string
		sockets []passed
		args    []string
		want    string
	}{
		{"one for each purpose, several of a name", []passed{web, health, agent, ready, admin, health2, web2}, nil,
			"web w\nweb w2\nhealth h\nhealth h2\nagent view= a\nagent view=ready r\nadmin ad\n"},
		{"health only: the default for web stays", []passed{health}, []string{"agent=unix:" + filepath.Join(dir, "other")},
			"web 127.0.0.1:\nhealth h\nagent view= other\nadmin default\n"},
		{"without names, as ever", []passed{unnamed, unit}, []string{"systemd"}, "web unnamed\nweb unit\nadmin default\n"},
		{"both kinds", []passed{unit, health}, []string{"systemd"}, "web unit\nhealth h\nadmin default\n"},
		{"the flag for web is ignored, as ever", []passed{unit}, []string{"systemd", "web=127.0.0.1:0"}, "web unit\nadmin default\n"},

		{"no socket for web", []passed{health}, []string{"systemd"}, "--web.systemd-socket: systemd has passed no socket for web\n"},
		{"an unknown name", []passed{typo}, nil, `systemd socket "helth": unknown name, want FileDescriptorName= web, health, agent, agent?view=NAME or admin, or --web.systemd-socket, which takes it for web` + "\n"},
		{"no name", []passed{unnamed}, nil, `systemd socket "LISTEN_FD_3": unknown name, want FileDescriptorName= web, health, agent, agent?view=NAME or admin, or --web.systemd-socket, which takes it for web` + "\n"},
		{"no view", []passed{noView, badView}, []string{"systemd"}, "systemd socket \"agent?view=\", want agent or agent?view=NAME\nsystemd socket \"agent?veiw=ready\", want agent or agent?view=NAME\n"},
		{"flags too", []passed{web, health, agent, admin}, []string{"web=127.0.0.1:0", "health=127.0.0.1:0", "agent=127.0.0.1:0", "admin=/x"},
			"--web.listen-address: systemd passes a socket \"web\" for the same purpose, want the flag or the socket unit and not both\n" +
				"--health.listen-address: systemd passes a socket \"health\" for the same purpose, want the flag or the socket unit and not both\n" +
				"--agent.listen-address: systemd passes a socket \"agent\" for the same purpose, want the flag or the socket unit and not both\n" +
				"--admin.socket: systemd passes a socket \"admin\" for the same purpose, want the flag or the socket unit and not both\n"},
	} {
		if got := service(t, test.sockets, test.args...); test.want != withoutPorts(got) {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// withoutPorts leaves out ports, which are random.
func withoutPorts(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if at := strings.Index(line, "127.0.0.1:"); at >= 0 {
			line = line[:at] + "127.0.0.1:\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestASocketThatDoesNotListenIsAnError(t *testing.T) {
	dir := t.TempDir()
	datagram, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "d"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer datagram.Close()
	l, err := net.Listen("unix", filepath.Join(dir, "l"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("unix", filepath.Join(dir, "l"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	pipe, _, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	for name, file := range map[string]func() (*os.File, error){
		"a datagram socket":   datagram.File,
		"an open connection":  conn.(*net.UnixConn).File,
		"not a socket at all": func() (*os.File, error) { return pipe, nil },
	} {
		f, err := file()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		want := "systemd socket \"web\": not a stream socket that listens, want ListenStream= and no Accept=yes\n"
		if got := service(t, []passed{{"web", f}}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
