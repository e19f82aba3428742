//go:build linux

package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A manager stands in for systemd: it starts the program, passes it sockets, and
// listens to what the program says.
type manager struct {
	t      *testing.T
	dir    string
	notify string // the address of its socket

	mu    sync.Mutex
	heard []string
}

// newManager listens at a path or, if abstract, at a name without one.
func newManager(t *testing.T, abstract bool) *manager {
	t.Helper()
	m := &manager{t: t, dir: testservers.Dir(t)}
	m.notify = filepath.Join(m.dir, "notify")
	if abstract {
		m.notify = "@" + m.notify
	}
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.notify, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := l.Read(buffer)
			if err != nil {
				return
			}
			m.mu.Lock()
			m.heard = append(m.heard, strings.Split(string(buffer[:n]), "\n")...)
			m.mu.Unlock()
		}
	}()
	return m
}

// messages returns the messages so far that begin with prefix.
func (m *manager) messages(prefix string) (found []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range m.heard {
		if strings.HasPrefix(message, prefix) {
			found = append(found, message)
		}
	}
	return found
}

// wantMessage waits for a message.
func (m *manager) wantMessage(want string) {
	m.t.Helper()
	eventually(m.t, func() string {
		if len(m.messages(want)) == 0 {
			return fmt.Sprintf("systemd has heard %q, want %s", m.messages(""), want)
		}
		return ""
	})
}

// A socket is one that the manager passes, under a name.
type socket struct {
	name string
	file *os.File
	addr string
}

// listenAs opens a socket on a free port.
func listenAs(t *testing.T, name string) socket {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return socket{name, file, l.Addr().String()}
}

// A service is the program, started as systemd starts it.
type service struct {
	*exec.Cmd
	log   bytes.Buffer
	ended chan struct{}
}

// start runs the program with its environment and sockets, until the end of the
// test.
func (m *manager) start(env []string, sockets []socket, args ...string) *service {
	m.t.Helper()
	s := &service{ended: make(chan struct{})}
	s.Cmd = exec.Command("/bin/sh", append([]string{"-c", `LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$0" "$@"`, binary(m.t)}, args...)...)
	s.Env = append([]string{"PATH=/usr/bin:/bin", "NOTIFY_SOCKET=" + m.notify, "RUNTIME_DIRECTORY=" + m.dir}, env...)
	s.Stdout, s.Stderr = &s.log, &s.log
	var names []string
	for _, passed := range sockets {
		names = append(names, passed.name)
		s.ExtraFiles = append(s.ExtraFiles, passed.file)
	}
	if len(sockets) > 0 {
		s.Env = append(s.Env, fmt.Sprintf("LISTEN_FDS=%d", len(sockets)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	}
	if err := s.Cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	go func() {
		_ = s.Wait()
		close(s.ended)
	}()
	m.t.Cleanup(s.kill)
	return s
}

func (s *service) kill() {
	select {
	case <-s.ended:
	default:
		_ = s.Process.Kill()
		<-s.ended
	}
}

// wantEnd waits for the end of the program and returns its exit status.
func (s *service) wantEnd(t *testing.T) int {
	t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		t.Fatal("the service does not end")
	}
	return s.ProcessState.ExitCode()
}

func TestSystemdIsToldWhatHappens(t *testing.T) {
	t.Parallel()
	for _, abstract := range []bool{false, true} {
		m := newManager(t, abstract)
		flag := filepath.Join(m.dir, "flag")
		file := filepath.Join(m.dir, "healthcheck.yml")
		write(t, file, fmt.Sprintf(`
global: {success_ttl: 300ms, failed_ttl: 300ms}
checks:
  - {name: slow, exec: {command: [sleep, "1.5"]}, success_ttl: 1h}
  - {name: flag, exec: {command: [test, -e, %s]}}
  - {name: environment, exec: {command: [sh, -c, "! env | grep -E 'NOTIFY_SOCKET|WATCHDOG|LISTEN_'"]}}
`, flag))
		begin := time.Now()
		web := listenAs(t, "web")
		s := m.start([]string{"WATCHDOG_USEC=2000000"}, []socket{web}, "--config.file="+file)
		m.wantMessage("READY=1")
		if after := time.Since(begin); after < 1500*time.Millisecond {
			t.Errorf("ready after %v, before the first result of a check that takes 1.5s", after)
		}
		if len(m.messages("EXTEND_TIMEOUT_USEC=")) == 0 {
			t.Error("systemd was not asked for time to start")
		}
		m.wantMessage("STATUS=2 of 3 passed, flag fails")
		write(t, flag, "")
		m.wantMessage("STATUS=3 of 3 passed")
		fed := len(m.messages("WATCHDOG=1"))
		eventually(t, func() string {
			if now := len(m.messages("WATCHDOG=1")); now < fed+4 {
				return fmt.Sprintf("the watchdog was fed %d times", now-fed)
			}
			return ""
		})
		if body := fetch(t, http.StatusOK, "http://"+web.addr+"/environment/process"); strings.Contains(body, "NOTIFY_SOCKET") || strings.Contains(body, "WATCHDOG_USEC") {
			t.Error("/environment shows the variables of systemd")
		}
		if len(m.messages("STOPPING=1")) > 0 {
			t.Error("stopping before the end")
		}
		_ = s.Process.Signal(syscall.SIGTERM)
		m.wantMessage("STOPPING=1")
		if status := s.wantEnd(t); status != 0 {
			t.Errorf("exit status %d: %s", status, s.log.String())
		}
		if n := len(m.messages("READY=1")); n != 1 {
			t.Errorf("ready %d times", n)
		}
	}
}

// A check may take five minutes, and systemd waits for 90 seconds.
func TestAStartThatTakesLongIsNotEndedBySystemd(t *testing.T) {
	t.Parallel()
	m := newManager(t, false)
	file := filepath.Join(m.dir, "healthcheck.yml")
	write(t, file, "global: {timeout: 5m}\nchecks:\n  - {name: slow, exec: {command: [sleep, \"300\"]}}\n")
	begin := time.Now()
	s := m.start(nil, []socket{listenAs(t, "web")}, "--config.file="+file)
	m.wantMessage("READY=1") // After the usual startup_wait.
	if after := time.Since(begin); after < 4900*time.Millisecond || after > 15*time.Second {
		t.Errorf("ready after %v, want 5s", after)
	}
	m.wantMessage("STATUS=0 of 1 passed, 1 not known")
	_ = s.Process.Signal(syscall.SIGTERM)
	if status := s.wantEnd(t); status != 0 {
		t.Errorf("exit status %d: %s", status, s.log.String())
	}
}

func TestSystemdHearsWhyTheServiceDoesNotStart(t *testing.T) {
	t.Parallel()
	m := newManager(t, false)
	file := filepath.Join(m.dir, "healthcheck.yml")
	write(t, file, "checks:\n  - {name: a, disc: {path: /}}\n")
	if status := m.start(nil, nil, "--config.file="+file).wantEnd(t); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	m.wantMessage("STATUS=cannot serve: " + file + ":2: ")
	if len(m.messages("READY=1")) > 0 {
		t.Error("ready with a configuration that has faults")
	}
}

// The line of the unit, with the program's own path, and the environment that
// systemd gives it.
func TestExecReloadWaitsAndFailsOnAFaultyFile(t *testing.T) {
	t.Parallel()
	m := newManager(t, false)
	file := filepath.Join(m.dir, "healthcheck.yml")
	write(t, file, "checks: []\n")
	web := listenAs(t, "web")
	m.start(nil, []socket{web}, "--config.file="+file)
	m.wantMessage("READY=1")
	line := strings.Fields(setting(t, "healthcheck_exporter.service", "ExecReload")[0])
	reload := func() (string, int) {
		_, errs, status := command(t, []string{"RUNTIME_DIRECTORY=" + m.dir}, line[1:]...)
		return errs, status
	}
	write(t, file, "checks:\n  - {name: slow, exec: {command: [sleep, \"1\"]}}\n")
	if errs, status := reload(); status != 0 {
		t.Fatalf("reload: %d %s", status, errs)
	}
	if body := fetch(t, http.StatusOK, "http://"+web.addr+"/healthcheck"); !strings.Contains(body, `"passed": true`) {
		t.Errorf("after the reload: %s, want the new check to have a result", body)
	}
	write(t, file, "checks:\n  - {name: slow, exce: {command: [sleep]}}\n")
	if errs, status := reload(); status != 1 || !strings.Contains(errs, ":2: ") {
		t.Errorf("reload of a faulty file: %d %s, want 1 and the line", status, errs)
	}
	fetch(t, http.StatusOK, "http://"+web.addr+"/healthcheck")
}

// The units of the sockets as they stand: their names decide what they serve.
func TestTheSocketsOfTheUnitsServeWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	m := newManager(t, false)
	file := filepath.Join(m.dir, "healthcheck.yml")
	write(t, file, "checks:\n  - {name: a, exec: {command: [\"true\"]}}\nviews: {live: {checks: [], ignore_drain: true}}\n")
	var sockets []socket
	for _, path := range unitFiles(t)[1:] {
		name := setting(t, filepath.Base(path), "FileDescriptorName")[0]
		sockets = append(sockets, listenAs(t, name), listenAs(t, name)) // A unit may have several.
	}
	sockets = append(sockets, listenAs(t, "agent?view=live"))
	s := m.start(nil, sockets, "--config.file="+file)
	m.wantMessage("READY=1")
	var kinds []string
	for _, passed := range sockets {
		kinds = append(kinds, passed.name)
		switch passed.name {
		case "web":
			fetch(t, 200, "http://"+passed.addr+"/metrics")
			fetch(t, 200, "http://"+passed.addr+"/healthcheck")
		case "health":
			fetch(t, 404, "http://"+passed.addr+"/metrics")
			fetch(t, 200, "http://"+passed.addr+"/healthcheck")
		default:
			if line := lineOf(t, passed.addr); line != "up 100%\n" {
				t.Errorf("%s: %q", passed.name, line)
			}
		}
	}
	slices.Sort(kinds)
	if got := strings.Join(slices.Compact(kinds), " "); got != "agent agent?view=live health web" {
		t.Errorf("sockets for %s", got)
	}

	// A request that comes while the service restarts waits for its answer.
	_ = s.Process.Signal(syscall.SIGTERM)
	s.wantEnd(t)
	web := sockets[slices.IndexFunc(sockets, func(s socket) bool { return s.name == "web" })]
	conn, err := net.Dial("tcp", web.addr)
	if err != nil {
		t.Fatalf("while the service is stopped: %v", err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET /healthcheck HTTP/1.0\r\n\r\n")
	m.start(nil, sockets, "--config.file="+file)
	_ = conn.SetDeadline(time.Now().Add(patience))
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, " 200 ") {
		t.Errorf("the request that waited: %q, %v", line, err)
	}
}

func TestSocketsThatNobodyUnderstandsAreAnError(t *testing.T) {
	t.Parallel()
	m := newManager(t, false)
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"helth", nil, `systemd socket \"helth\": unknown name, want FileDescriptorName= web, health, agent`},
		{"health", []string{"--health.listen-address=127.0.0.1:0"}, "--health.listen-address: systemd passes a socket"},
		{"web", []string{"--web.listen-address=127.0.0.1:0"}, "--web.listen-address: systemd passes a socket"},
		{"agent", []string{"--agent.listen-address=127.0.0.1:0"}, "--agent.listen-address: systemd passes a socket"},
		{"agent?view=nope", nil, `systemd socket \"agent?view=nope\": there is no view \"nope\"`},
		{"health", []string{"--web.systemd-socket"}, "--web.systemd-socket: systemd has passed no socket for web"},
	} {
		s := m.start(nil, []socket{listenAs(t, test.name)}, test.args...)
		if status := s.wantEnd(t); status != 1 || !strings.Contains(s.log.String(), test.want) {
			t.Errorf("%s %v: %d %s, want %s", test.name, test.args, status, s.log.String(), test.want)
		}
	}
	old := listenAs(t, "healthcheck_exporter.socket") // A unit without FileDescriptorName.
	m.start(nil, []socket{old}, "--web.systemd-socket")
	eventually(t, func() string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := answers(ctx, "http://"+old.addr+"/-/healthy"); err != nil {
			return err.Error()
		}
		return ""
	})
}
