package listen_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
)

func open(t *testing.T, o listen.Options) *listen.Sockets {
	t.Helper()
	o.MaxConnections = max(o.MaxConnections, 10)
	s, err := listen.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestEveryAddressIsListenedOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.sock")
	s := open(t, listen.Options{
		Web:    []string{"127.0.0.1:0", "unix:" + path},
		Health: []string{"127.0.0.1:0", "127.0.0.1:0"},
		Agent:  []string{"127.0.0.1:0", "127.0.0.1:0?view=ready", "unix:" + path + ".agent?view=live"},
	})
	if len(s.Web) != 2 || len(s.Health) != 2 || len(s.Agent) != 3 || len(s.Admin) != 0 {
		t.Fatalf("%d, %d, %d and %d, want 2, 2, 3 and 0", len(s.Web), len(s.Health), len(s.Agent), len(s.Admin))
	}
	all := append(s.Web, s.Health...)
	for i, view := range []string{"", "ready", "live"} {
		if a := s.Agent[i]; a.View != view {
			t.Errorf("%s: view %q, want %q", a.Name, a.View, view)
		}
		all = append(all, s.Agent[i])
	}
	for _, l := range all {
		accepted := make(chan error, 1)
		go func() {
			c, err := l.Accept()
			if err == nil {
				c.Close()
			}
			accepted <- err
		}()
		c, err := net.Dial(l.Addr().Network(), l.Addr().String())
		if err != nil {
			t.Errorf("%v: %v", l.Addr(), err)
			continue
		}
		c.Close()
		if err := <-accepted; err != nil {
			t.Errorf("%v: %v", l.Addr(), err)
		}
	}
}

func TestAnErrorNamesTheFlagAndLeavesNothingOpen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for flag, o := range map[string]listen.Options{
		"--web.listen-address":    {Web: []string{address}},
		"--health.listen-address": {Health: []string{address}},
		"--agent.listen-address":  {Agent: []string{address + "?view=ready"}},
		"--admin.socket":          {Admin: filepath.Join(t.TempDir(), "nowhere", "admin.sock")},
		"--web.systemd-socket":    {Systemd: true},
	} {
		path := filepath.Join(t.TempDir(), "first.sock")
		if !o.Systemd {
			o.Web = append([]string{"unix:" + path}, o.Web...)
		}
		if _, err := listen.Open(o); err == nil || !strings.HasPrefix(err.Error(), flag+": ") {
			t.Errorf("%s: %v, want an error that begins with the flag", flag, err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the socket that could be opened is still there: %v", flag, err)
		}
	}
}

func TestAnAgentAddressMayNameAView(t *testing.T) {
	for address, want := range map[string]struct{ rest, view, err string }{
		":10928":                     {":10928", "", ""},
		":10928?view=ready":          {":10928", "ready", ""},
		"unix:/run/a?view=a.b:c-d_e": {"unix:/run/a", "a.b:c-d_e", ""},
		":10928?":                    {"", "", `":10928?", want :10928 or :10928?view=NAME`},
		":10928?view=":               {"", "", `":10928?view=", want :10928 or :10928?view=NAME`},
		":10928?veiw=ready":          {"", "", `":10928?veiw=ready", want :10928 or :10928?view=NAME`},
		":10928?view=a&view=b":       {"", "", `":10928?view=a&view=b", want :10928 or :10928?view=NAME`},
		":10928?view=a&tag=b":        {"", "", `":10928?view=a&tag=b", want :10928 or :10928?view=NAME`},
		":10928?view=%zz":            {"", "", `":10928?view=%zz", want :10928 or :10928?view=NAME`},
	} {
		rest, view, err := listen.AgentView(address)
		if rest != want.rest || view != want.view || (err != nil || want.err != "") && (err == nil || err.Error() != want.err) {
			t.Errorf("%s: %q, %q, %v; want %q, %q, %s", address, rest, view, err, want.rest, want.view, want.err)
		}
	}
	_, err := listen.Open(listen.Options{Agent: []string{"127.0.0.1:0?view"}})
	if want := `--agent.listen-address: "127.0.0.1:0?view", want 127.0.0.1:0 or 127.0.0.1:0?view=NAME`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestAStaleSocketIsReplacedAndAnyOtherFileKept(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its sockets are other files")
	}
	dir := t.TempDir()
	stale := filepath.Join(dir, "stale.sock")
	l, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	open(t, listen.Options{Web: []string{"unix:" + stale}})

	living := filepath.Join(dir, "living.sock")
	open(t, listen.Options{Web: []string{"unix:" + living}})
	want := "--web.listen-address: " + living + ": another process listens on this socket"
	if _, err := listen.Open(listen.Options{Web: []string{"unix:" + living}}); err == nil || err.Error() != want {
		t.Errorf("a socket in use: %v, want %s", err, want)
	}

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	want = "--admin.socket: " + file + ": exists and is not a socket"
	if _, err := listen.Open(listen.Options{Admin: file}); err == nil || err.Error() != want {
		t.Errorf("a regular file: %v, want %s", err, want)
	}
	want = "bytes are too long for the path of a Unix socket, want at most 100"
	if _, err := listen.Open(listen.Options{Admin: filepath.Join(dir, strings.Repeat("a", 100))}); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("a long path: %v, want %s", err, want)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "text" {
		t.Errorf("the file afterwards: %q, %v", text, err)
	}
}

func TestClosedSocketsAnswerNoClient(t *testing.T) {
	s := open(t, listen.Options{Web: []string{"127.0.0.1:0"}})
	begun, release := make(chan struct{}), make(chan struct{})
	server := listen.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-release
		_, _ = io.WriteString(w, "late")
	}), io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(s.Web[0]) }()
	c, err := net.Dial("tcp", s.Web[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-begun
	s.Close()
	close(release)
	if answer, _ := io.ReadAll(c); len(answer) > 0 {
		t.Errorf("answered %q after Close", answer)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve returned %v, want net.ErrClosed", err)
	}
}

func TestAServerHasALimitForEverythingThatAClientCanHold(t *testing.T) {
	s := listen.NewServer(http.NotFoundHandler(), io.Discard)
	for name, limit := range map[string]struct{ got, want time.Duration }{
		"ReadHeaderTimeout": {s.ReadHeaderTimeout, 5 * time.Second}, "ReadTimeout": {s.ReadTimeout, 10 * time.Second},
		"WriteTimeout": {s.WriteTimeout, 20 * time.Second}, "IdleTimeout": {s.IdleTimeout, 2 * time.Minute},
		"MaxHeaderBytes": {time.Duration(s.MaxHeaderBytes), 12 << 10},
	} {
		if limit.got <= 0 || limit.got > limit.want {
			t.Errorf("%s is %d, want a limit of at most %d", name, limit.got, limit.want)
		}
	}
	if !s.DisableGeneralOptionsHandler {
		t.Error(`"OPTIONS *" would be answered by net/http`)
	}
}

func TestMessagesOfTheServerGoWhereTheyAreWanted(t *testing.T) {
	var b strings.Builder
	listen.NewServer(http.NotFoundHandler(), &b).ErrorLog.Print("a message")
	if b.String() != "a message\n" {
		t.Errorf("%q, want the message without a time", b.String())
	}
}

func TestTheDefaultsAreUsedWithoutAnAddress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	s := open(t, listen.Options{DefaultWeb: "127.0.0.1:0", DefaultAdmin: path})
	if len(s.Web) != 1 || len(s.Admin) != 1 || s.Admin[0].Addr().String() != path {
		t.Errorf("web %v, admin %v, want one each", s.Web, s.Admin)
	}
	other := filepath.Join(t.TempDir(), "other.sock")
	s = open(t, listen.Options{Web: []string{"unix://" + other}, DefaultWeb: "127.0.0.1:0", Admin: other + ".admin", DefaultAdmin: path})
	if len(s.Web) != 1 || s.Web[0].Addr().String() != other || len(s.Admin) != 1 || s.Admin[0].Addr().String() != other+".admin" {
		t.Errorf("web %v, admin %v, want the addresses that are given", s.Web, s.Admin)
	}
	if s := open(t, listen.Options{}); len(s.Web) != 0 || len(s.Admin) != 0 {
		t.Errorf("web %v, admin %v, want nothing", s.Web, s.Admin)
	}
}

func TestCloseClosesEveryListener(t *testing.T) {
	dir := t.TempDir()
	unix := func(name string) string { return filepath.Join(dir, name) }
	s := open(t, listen.Options{
		Web: []string{"unix:" + unix("w")}, Health: []string{"unix:" + unix("h")}, Agent: []string{"unix:" + unix("a")}, Admin: unix("ad"),
	})
	s.Close()
	for _, name := range []string{"w", "h", "a", "ad"} {
		if _, err := os.Lstat(unix(name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
}
