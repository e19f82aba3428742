//go:build linux

package notify_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/notify"
)

// manager listens as systemd does, and returns how to read its next datagram.
func manager(t *testing.T, name string) (next func() string) {
	t.Helper()
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return func() string {
		t.Helper()
		buffer := make([]byte, 4096)
		_ = l.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := l.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		return string(buffer[:n])
	}
}

// find returns the manager of an environment, from which it takes variables.
func find(env map[string]string) (*notify.Manager, error) {
	return notify.Find(func(variable string) string {
		defer delete(env, variable)
		return env[variable]
	})
}

func TestMessagesOfOneCallAreOneDatagram(t *testing.T) {
	for _, name := range []string{filepath.Join(t.TempDir(), "notify"), fmt.Sprintf("@healthcheck-test-%d", os.Getpid())} {
		next := manager(t, name)
		m, err := find(map[string]string{"NOTIFY_SOCKET": name})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Tell(notify.Ready, notify.Status("9 of 9 passed")); err != nil {
			t.Fatal(err)
		}
		if err := m.Tell(notify.Stopping, notify.Extend(90*time.Second)); err != nil {
			t.Fatal(err)
		}
		if got := next(); got != "READY=1\nSTATUS=9 of 9 passed" {
			t.Errorf("%s: %q", name, got)
		}
		if got := next(); got != "STOPPING=1\nEXTEND_TIMEOUT_USEC=90000000" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestATellLeavesNoDescriptor(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notify")
	next := manager(t, name)
	m, err := find(map[string]string{"NOTIFY_SOCKET": name})
	if err != nil {
		t.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // It closes what is lost.
	before := descriptors(t)
	for range 50 {
		if err := m.Tell(notify.Alive); err != nil {
			t.Fatal(err)
		}
		next()
	}
	if after := descriptors(t); after > before+10 {
		t.Errorf("%d descriptors after 50 messages, %d before", after, before)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

func TestAStatusIsOneLineOfALimitedLength(t *testing.T) {
	if got := notify.Status("drained\nREADY=1\r\x00MAINPID=1"); got != "STATUS=drained READY=1  MAINPID=1" {
		t.Errorf("%q has more than one message", got)
	}
	const prefix, most = "STATUS=", 400
	if line := strings.Repeat("x", most); notify.Status(line) != prefix+line {
		t.Errorf("a line of %d bytes is cut: %q", most, notify.Status(line))
	}
	for _, line := range []string{strings.Repeat("x", most+1), strings.Repeat("ä", 1000)} {
		short, is := strings.CutSuffix(notify.Status(line), "…")
		if len(short) > len(prefix)+most-len("…") || len(short) < len(prefix)+most-len("…")-1 || !is || !strings.HasPrefix(prefix+line, short) || !utf8.ValidString(short) {
			t.Errorf("a line of %d bytes is cut to %d: %q", len(line), len(short), short)
		}
	}
}

func TestTheEnvironmentDescribesTheManagerAndIsRemoved(t *testing.T) {
	self, other := fmt.Sprint(os.Getpid()), fmt.Sprint(os.Getpid()+1)
	for _, test := range []struct {
		name, socket, limit, pid string
		managed                  bool
		watchdog                 time.Duration
		wrong                    string
	}{
		{name: "no manager", limit: "1000000"},
		{name: "no watchdog", socket: "/run/systemd/notify", managed: true},
		{name: "a watchdog", socket: "/run/systemd/notify", limit: "30000000", pid: self, managed: true, watchdog: 30 * time.Second},
		{name: "a watchdog for any process", socket: "@notify", limit: "1500", managed: true, watchdog: 1500 * time.Microsecond},
		{name: "the shortest watchdog", socket: "@notify", limit: "1", managed: true, watchdog: time.Microsecond},
		{name: "a watchdog for another process", socket: "/run/systemd/notify", limit: "30000000", pid: other, managed: true},
		{name: "no number", socket: "/run/systemd/notify", limit: "30s", managed: true, wrong: `WATCHDOG_USEC: "30s", want a number of microseconds`},
		{name: "no time", socket: "/run/systemd/notify", limit: "0", managed: true, wrong: `WATCHDOG_USEC: "0", want a number of microseconds`},
		{name: "another kind of socket", socket: "vsock:2:1234", wrong: `NOTIFY_SOCKET: "vsock:2:1234", want an absolute path or @ and an abstract name`},
	} {
		env := map[string]string{"NOTIFY_SOCKET": test.socket, "WATCHDOG_USEC": test.limit, "WATCHDOG_PID": test.pid}
		m, err := find(env)
		if (m != nil) != test.managed || m.Watchdog() != test.watchdog || (err != nil || test.wrong != "") && (err == nil || err.Error() != test.wrong) {
			t.Errorf("%s: managed %v, watchdog %v, %v; want %v, %v, %s", test.name, m != nil, m.Watchdog(), err, test.managed, test.watchdog, test.wrong)
		}
		if len(env) > 0 {
			t.Errorf("%s: left for child processes: %v", test.name, env)
		}
	}
}

func TestAManagerThatIsGoneIsAnError(t *testing.T) {
	m, err := find(map[string]string{"NOTIFY_SOCKET": filepath.Join(t.TempDir(), "nobody")})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Tell(notify.Ready); err == nil {
		t.Error("told nobody without an error")
	}
	var none *notify.Manager
	if err := none.Tell(notify.Ready); err != nil {
		t.Errorf("without a manager: %v", err)
	}
}

// A manager whose queue is full must not hold the program up.
func TestAManagerThatDoesNotReadHoldsNobodyUp(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notify")
	manager(t, name)
	m, err := find(map[string]string{"NOTIFY_SOCKET": name})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for err == nil && time.Since(begin) < 30*time.Second {
		err = m.Tell(notify.Alive)
	}
	if err == nil || time.Since(begin) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}
