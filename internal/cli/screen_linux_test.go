package cli_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/screentest"
)

// asProgram makes the test binary be the program.
const asProgram = "CLI_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Unsetenv(asProgram)
		os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// onScreen runs a command line in a terminal.
func onScreen(t *testing.T, columns, rows int, args ...string) *screentest.Program {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm", "TZ=UTC", asProgram + "=1"}
	return screentest.Start(t, screentest.Size{Columns: columns, Rows: rows}, cmd)
}

var sinceLine = regexp.MustCompile(`(?m)^ +since: .*\n`)

// wantEnd waits for the end of a program that had the terminal. On a slow machine
// the last results also say since when they hold, if that is more than a second.
func wantEnd(t *testing.T, p *screentest.Program, status int, last string) {
	t.Helper()
	got, err := p.Wait()
	if screen := p.Screen(); got != status || err != nil || p.Whole() || !p.Echoes() || !strings.HasSuffix(sinceLine.ReplaceAllString(screen, ""), last) {
		t.Errorf("exit status %d %v, whole screen %v, echo %v, want %d and at the end %q:\n%s", got, err, p.Whole(), p.Echoes(), status, last, screen)
	}
}

const twoResults = `
global: {timeout: 1m}
checks:
  - {name: fine, exec: {command: [echo, well]}}
  - {name: broken, success_ttl: 0s, failed_ttl: 0s, exec: {command: [sh, -c, "exit 3"]}}
`

func TestWatchTakesTheTerminalAndGivesItBack(t *testing.T) {
	t.Parallel()
	f := newFile(t, twoResults)
	for _, key := range []string{"q", "Q", "\x03"} {
		p := onScreen(t, 60, 10, "--config.file="+f.path, "check", "--watch", "--color=never")
		p.WaitFor("1 of 2 failed")
		p.WaitFor("[+] fine:")
		if !p.Whole() || p.Echoes() {
			t.Errorf("whole screen %v, echo %v, want the whole screen without echo", p.Whole(), p.Echoes())
		}
		p.Type("x") // Any other key does nothing.
		p.WaitFor("since:")
		p.Type(key)
		wantEnd(t, p, 130, "1 of 2 failed\n")
		if text := p.Screen(); strings.Contains(text, "fine") || !strings.HasPrefix(text, "[-] broken:") {
			t.Errorf("at the end a check that passes, or not the other:\n%s", text)
		}
	}
}

func TestWatchCanBeSuspendedAndResized(t *testing.T) {
	t.Parallel()
	f := newFile(t, twoResults)
	p := onScreen(t, 60, 10, "--config.file="+f.path, "check", "--watch", "--color=never")
	p.WaitFor("[+] fine:")
	p.Resize(screentest.Size{Columns: 20, Rows: 3})
	p.WaitUntil("it fits", func(screen string) bool {
		return !strings.Contains(screen, "[+] fine:") && strings.Contains(screen, "1 of 2 failed")
	})
	p.Resize(screentest.Size{Columns: 60, Rows: 10})
	p.WaitFor("[+] fine:")
	p.Type("\x1a") // Ctrl-Z
	p.WaitUntil("the terminal is given back", func(string) bool { return !p.Whole() && p.Echoes() })
	p.Signal(syscall.SIGCONT)
	p.WaitUntil("the terminal is taken again", func(screen string) bool { return p.Whole() && !p.Echoes() && strings.Contains(screen, "[+] fine:") })
	p.Type("q")
	wantEnd(t, p, 130, "1 of 2 failed\n")
}

func TestWatchSaysAtTheEndWhyItsResultsAreOld(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, `{"status": "success", "results": [{"checker": "db", "output": "fine", "passed": true}]}`)
	}))
	defer s.Close()
	p := onScreen(t, 100, 10, "check", "--watch", "--color=never", "--url="+s.URL+"/healthcheck")
	p.WaitFor("[+] db:")
	down.Store(true)
	p.WaitFor("not a report")
	p.WaitFor("[+] db:") // Still known.
	down.Store(false)
	p.WaitUntil("it is back", func(screen string) bool { return !strings.Contains(screen, "not a report") })
	down.Store(true)
	p.WaitFor("not a report")
	p.Type("q")
	status, err := p.Wait()
	lines := strings.Split(strings.TrimSpace(p.Screen()), "\n")
	text := strings.Join(lines[max(0, len(lines)-3):], " ")
	if status != 130 || err != nil || !strings.Contains(text, "1 check passed --url: not a report, but status 500") || !strings.Contains(text, "(results of ") {
		t.Errorf("%d %v %q", status, err, text)
	}
}

func TestASignalEndsACheckWithItsStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal syscall.Signal
		status int
	}{
		"Ctrl-C": {syscall.SIGINT, 130}, "kill": {syscall.SIGTERM, 143}, "hangup": {syscall.SIGHUP, 129},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			f := newFile(t, `checks: [{name: a, timeout: 1m, exec: {command: [sh, -c, "echo $$$$ > `+dir+`/pid; exec sleep 100"]}}]`)
			p := onScreen(t, 80, 10, "--config.file="+f.path, "check")
			p.WaitFor("0/1, waiting for: a (")
			pid := readPID(t.Context(), filepath.Join(dir, "pid"))
			p.Signal(c.signal)
			wantEnd(t, p, c.status, "1 not finished\n")
			if !strings.Contains(p.Screen(), "not finished: a\ninterrupted after ") || pid == 0 || !gone(pid) {
				t.Errorf("process %d goes on, or not said:\n%s", pid, p.Screen())
			}
		})
	}
}

func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	f := newFile(t, `checks: [{name: a, timeout: 1m, exec: {command: [echo, fine]}}]`)
	for name, c := range map[string]struct {
		env, flag string
		colours   bool
	}{
		"terminal": {"A=b", "auto", true}, "NO_COLOR": {"NO_COLOR=1", "auto", false}, "never": {"A=b", "never", false},
		"always": {"NO_COLOR=1", "always", true}, "a simple terminal": {"TERM=dumb", "auto", false},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "--config.file="+f.path, "check", "--color="+c.flag)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm", asProgram + "=1", c.env}
		p := screentest.Start(t, screentest.Size{Columns: 60, Rows: 10}, cmd)
		if status, err := p.Wait(); status != cli.ExitPassed || err != nil || strings.Contains(p.Styled(), "{32}") != c.colours {
			t.Errorf("%s: exit status %d %v, want colours %v\n%s", name, status, err, c.colours, p.Styled())
		}
	}
}
