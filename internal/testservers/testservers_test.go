//go:build unix

package testservers_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

func TestRedisIsStoppedFrozenAndStartedAgainOnItsPort(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", "hush")
	if got := ask(t, s.Addr, "AUTH hush\r\n"); got != "+OK\r\n" {
		t.Fatalf("AUTH answered %q, want +OK", got)
	}
	s.Freeze()
	if got := ask(t, s.Addr, "PING\r\n"); got != "" {
		t.Errorf("frozen server answered %q, want nothing", got)
	}
	s.Thaw()
	if got := ask(t, s.Addr, "AUTH hush\r\n"); got != "+OK\r\n" {
		t.Errorf("thawed server answered %q, want +OK", got)
	}
	pid := s.PID()
	s.Stop()
	if _, err := net.Dial("tcp", s.Addr); err == nil {
		t.Error("stopped server accepts, want connection refused")
	}
	if err := syscall.Kill(pid, 0); err == nil {
		t.Errorf("process %d is there after Stop, want it gone", pid)
	}
	s.Start()
	if got := ask(t, s.Addr, "AUTH hush\r\n"); got != "+OK\r\n" {
		t.Errorf("server started again answered %q, want +OK", got)
	}
}

func TestServersEndWithTheirTest(t *testing.T) {
	var addr string
	t.Run("inner", func(t *testing.T) { addr = testservers.Redis(t).Addr })
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("server accepts after the end of its test, want connection refused")
	}
}

func TestPostgresAnswersItsAdministrator(t *testing.T) {
	s := testservers.Postgres(t)
	if got := s.PostgresSQL("SELECT 1, 'x' UNION ALL SELECT 2, 'y' ORDER BY 1"); got != "1 x\n2 y" {
		t.Errorf("PostgresSQL = %q, want two rows", got)
	}
}

func TestMariaDBAnswersItsAdministrator(t *testing.T) {
	s := testservers.MariaDB(t)
	if got := s.MariaDBSQL("SELECT 1, 'x' UNION ALL SELECT 2, 'y'"); got != "1 x\n2 y" {
		t.Errorf("MariaDBSQL = %q, want two rows", got)
	}
}

func TestAnyProgramCanBeStarted(t *testing.T) {
	s := testservers.Start(t, "sleep", "60")
	select {
	case <-s.Exited():
		t.Error("sleep 60 has ended, want it running")
	default:
	}
	s.Stop()
	select {
	case <-s.Exited():
	default:
		t.Error("sleep 60 runs after Stop, want it ended")
	}
}

// fatal records a Fatalf or Skipf instead of ending the test.
type fatal struct {
	testing.TB
	said chan string
}

func (f fatal) Fatalf(string, ...any) { f.said <- "fatal"; select {} }
func (f fatal) Skipf(string, ...any)  { f.said <- "skip"; select {} }

func TestMissingProgramSkipsButFailsInCI(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: then every program is missing")
	}
	for ci, want := range map[string]string{"": "skip", "true": "fatal"} {
		t.Setenv("CI", ci)
		f := fatal{TB: t, said: make(chan string, 1)}
		go testservers.Need(f, "no-such-program-anywhere")
		if got := <-f.said; got != want {
			t.Errorf("CI=%q: Need of a missing program says %s, want %s", ci, got, want)
		}
	}
}

// ask sends a line and returns the answer of at most half a second.
func ask(t *testing.T, addr, line string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(line)); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	var answer strings.Builder
	buffer := make([]byte, 64)
	n, _ := conn.Read(buffer)
	answer.Write(buffer[:n])
	return answer.String()
}
