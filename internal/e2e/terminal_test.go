//go:build linux

package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/screentest"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// The checks of the screens end when a file with their name exists, so that a test
// decides about their order. DIR is the folder of the configuration.
const screenChecks = `
global: {success_ttl: 1h, failed_ttl: 1h, timeout: 1m}
checks:
  - {name: shell, exec: {command: [echo, fine]}}
  - name: postgres
    description: 注文のデータベース
    runbook: https://wiki.example.org/runbooks/databases/postgres-does-not-accept-connections
    exec: {command: [sh, -c, "until test -e DIR/postgres; do sleep 0.1; done; echo 'FATAL: 注文 データベース: naïve — the database system is starting up; it needs more time'; exit 2"]}
  - {name: application, depends_on: [postgres], exec: {command: [echo]}}
  - {name: certificate, exec: {command: [sh, -c, "until test -e DIR/certificate; do sleep 0.1; done; echo '12 days left'; exit 1"], nagios: true}}
  - {name: search, optional: true, exec: {command: [sh, -c, "until test -e DIR/search; do sleep 0.1; done; printf 'a\\033[2Jb\\rc'; exit 3"]}}
  - name: a_check_whose_name_is_longer_than_the_column_of_the_names
    exec: {command: [sh, -c, "until test -e DIR/a_check; do sleep 0.1; done; echo its output is long as well, so that it does not fit into a line, however wide the terminal may be; echo it is cut"]}
`

// onScreen starts the exporter in a pseudo-terminal with a configuration.
func onScreen(t *testing.T, columns, rows int, config string, args ...string) *screentest.Program {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop.yml")
	write(t, file, strings.ReplaceAll(config, "DIR", filepath.Dir(file)))
	cmd := exec.CommandContext(t.Context(), binary(t), append(args, "--config.file=shop.yml")...)
	cmd.Dir, cmd.Env = filepath.Dir(file), []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm", "TZ=UTC"}
	return screentest.Start(t, screentest.Size{Columns: columns, Rows: rows}, cmd)
}

// letEnd lets checks end, each after the result of the one before is shown.
func letEnd(t *testing.T, p *screentest.Program, names ...string) {
	t.Helper()
	for _, name := range names {
		write(t, filepath.Join(p.Dir(), name), "")
		p.WaitFor("] " + name)
		if name == "postgres" {
			p.WaitFor("] application")
		}
	}
}

var (
	columnOfTime = regexp.MustCompile(`(?m)^((?:\{\d+\})?\[.\](?:\{\})? \S+:? *?)( {1,6}[\d.]+m?s)  `)
	otherTimes   = regexp.MustCompile(`\d+(\.\d+)?m?s\b`)
	clockTimes   = regexp.MustCompile(`\d\d:\d\d:\d\d`)
	dates        = regexp.MustCompile(`\d{4}-\d\d-\d\d`)
)

// frozen masks times without moving a column.
func frozen(screen string) string {
	screen = columnOfTime.ReplaceAllStringFunc(screen, func(s string) string {
		parts := columnOfTime.FindStringSubmatch(s)
		return parts[1] + strings.Repeat(" ", len(parts[2])-4) + "TIME  "
	})
	screen = otherTimes.ReplaceAllString(screen, "TIME")
	return dates.ReplaceAllString(clockTimes.ReplaceAllString(screen, "HH:MM:SS"), "YYYY-MM-DD")
}

// wantScreen compares a screen with its golden file.
func wantScreen(t *testing.T, name, screen string) {
	t.Helper()
	golden := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		write(t, golden, screen)
	}
	if want := read(t, filepath.Join("internal", "e2e", golden)); screen != want {
		t.Errorf("%s:\n%swant:\n%s", name, screen, want)
	}
}

func TestCheckOnATerminal(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{60, 120} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Parallel()
			hang := screenChecks + "  - {name: hang, timeout: 2m, exec: {command: [sleep, \"100\"]}}\n"
			p := onScreen(t, columns, 30, hang, "check")
			p.WaitFor("[+] shell:")
			letEnd(t, p, "postgres", "certificate", "search", "a_check")
			p.WaitFor("6/7, waiting for: hang (")
			wantScreen(t, fmt.Sprintf("check_%d_waiting", columns), frozen(p.Screen()))
			p.Type("\x03")
			if status, err := p.Wait(); status != 130 || err != nil {
				t.Errorf("exit status %d %v, want 130", status, err)
			}
			wantScreen(t, fmt.Sprintf("check_%d_interrupted", columns), frozen(p.Styled()))
		})
	}
}

func TestWatchOnATerminal(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{60, 120} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Parallel()
			p := onScreen(t, columns, 24, screenChecks, "check", "--watch")
			letEnd(t, p, "postgres", "certificate", "search", "a_check")
			p.WaitUntil("the ages are worth telling", func(screen string) bool { return strings.Count(screen, "since:") == 4 })
			if !p.Whole() || p.Echoes() {
				t.Errorf("whole screen %v, echo %v", p.Whole(), p.Echoes())
			}
			wantScreen(t, fmt.Sprintf("watch_%d", columns), frozen(p.Styled()))
			p.Type("q")
			if status, err := p.Wait(); status != 130 || err != nil {
				t.Errorf("exit status %d %v, want 130", status, err)
			}
			if p.Whole() || !p.Echoes() {
				t.Errorf("the terminal is not given back: whole screen %v, echo %v", p.Whole(), p.Echoes())
			}
			wantScreen(t, fmt.Sprintf("watch_%d_ended", columns), frozen(p.Screen()))
		})
	}
}

// Evidence is for the command line too: on the screen, and in what stays after it.
func TestWatchShowsTheEvidenceOfAFailure(t *testing.T) {
	t.Parallel()
	const fails = "checks:\n  - {name: a, exec: {command: [sh, -c, \"echo on stderr >&2; exit 3\"]}}\n"
	e := start(t, fails)
	for name, args := range map[string][]string{"here": nil, "there": {"--url=" + e.url + "/healthcheck"}} {
		p := onScreen(t, 80, 12, fails, append([]string{"check", "--watch", "--verbose", "--color=never"}, args...)...)
		const want = `exit: status 3, stderr begins "on stderr"`
		p.WaitFor(want)
		p.Type("q")
		if _, err := p.Wait(); err != nil {
			t.Error(err)
		}
		if screen := p.Screen(); !strings.Contains(screen, want) {
			t.Errorf("%s: no evidence is left:\n%s", name, screen)
		}
	}
}

func TestWatchAtARunningExporter(t *testing.T) {
	t.Parallel()
	e := start(t, "checks:\n  - {name: a, exec: {command: [echo, fine]}}\n")
	p := onScreen(t, 80, 10, screenChecks, "check", "--watch", "--color=never", "--url="+e.url+"/healthcheck")
	p.WaitFor("1 check passed")
	p.WaitFor("[+] a:")
	if text := p.Styled(); strings.Contains(text, "{") || !strings.Contains(text, strings.TrimPrefix(e.url, "http://")) {
		t.Errorf("colours, or no address:\n%s", text)
	}
	e.Stop()
	p.WaitFor("connection refused")
	p.WaitFor("[+] a:") // Still known.
	e.Start()
	p.WaitUntil("the exporter is back", func(screen string) bool { return !strings.Contains(screen, "refused") })
	p.Type("Q")
	if status, err := p.Wait(); status != 130 || err != nil || !strings.HasSuffix(p.Screen(), "1 check passed\n") {
		t.Errorf("exit status %d %v\n%s", status, err, p.Screen())
	}
}

func TestWaitOnATerminalSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	p := onScreen(t, 60, 10, `checks: [{name: db, exec: {command: [sh, -c, "echo 'starting up, and this text is too long'; exit 2"]}}]`, "check", "--wait=1h")
	p.WaitFor("1s of 1h0m0s, 0/1 passed, db: exit status 2: starting up, …")
	p.Signal(syscall.SIGTERM)
	if status, err := p.Wait(); status != 143 || err != nil || !strings.Contains(p.Screen(), "\n1 of 1 failed\ninterrupted after ") {
		t.Errorf("exit status %d %v, want 143\n%s", status, err, p.Screen())
	}
}

func TestTheStatusLineLeavesAFileAlone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "results")
	results, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer results.Close()
	yaml := filepath.Join(t.TempDir(), "a.yml")
	write(t, yaml, strings.ReplaceAll(screenChecks, "DIR", filepath.Dir(yaml)))
	cmd := exec.CommandContext(t.Context(), binary(t), "--config.file="+yaml, "check")
	cmd.Env, cmd.Stdout = []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm"}, results
	cmd.Dir = filepath.Dir(yaml)
	p := screentest.Start(t, screentest.Size{Columns: 60, Rows: 10}, cmd)
	p.WaitFor("/6, waiting for: ")
	for _, name := range []string{"postgres", "certificate", "search", "a_check"} {
		write(t, filepath.Join(p.Dir(), name), "")
	}
	if status, err := p.Wait(); status != 1 || err != nil || strings.TrimSpace(p.Screen()) != "" {
		t.Errorf("exit status %d %v, and on the terminal %q", status, err, p.Screen())
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), "\x1b") || strings.Contains(string(text), "\r") || !strings.Contains(string(text), "\n2 of 6 failed (1 optional), 1 skipped, 1 warns in ") {
		t.Errorf("%v\n%q", err, text)
	}
}

func TestASimpleTerminalGetsNoEscapeSequences(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"TERM=dumb", "NO_COLOR=1"} {
		file := filepath.Join(t.TempDir(), "a.yml")
		write(t, file, `checks: [{name: a, exec: {command: [echo, fine]}}]`)
		cmd := exec.CommandContext(t.Context(), binary(t), "--config.file="+file, "check")
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm", env}
		p := screentest.Start(t, screentest.Size{Columns: 60, Rows: 10}, cmd)
		if status, err := p.Wait(); status != 0 || err != nil || strings.Contains(p.Styled(), "{") {
			t.Errorf("%s: exit status %d %v\n%s", env, status, err, p.Styled())
		}
	}
}

func TestWatchFollowsTheSizeOfTheTerminal(t *testing.T) {
	t.Parallel()
	many := "global: {success_ttl: 1h, failed_ttl: 1h, timeout: 1m, concurrency: 4}\nchecks:\n"
	for i := range 60 {
		many += fmt.Sprintf("  - {name: check%02d, exec: {command: [test, %d, -ne, 40]}}\n", i, i)
	}
	p := onScreen(t, 100, 30, many, "check", "--watch")
	p.WaitFor("1 of 60 failed")
	p.WaitFor("… 35 more: 35 checks passed")
	p.Resize(screentest.Size{Columns: 60, Rows: 10})
	p.WaitUntil("every check has run", func(screen string) bool {
		return strings.Contains(screen, "1 of 60 failed  ") && strings.Contains(screen, "since:") && strings.Contains(screen, "… 55 more: 55 checks passed")
	})
	wantScreen(t, "watch_many", frozen(p.Screen()))
	p.Resize(screentest.Size{Columns: 8, Rows: 2})
	p.WaitFor("1 of 60…")
	p.Resize(screentest.Size{Columns: 100, Rows: 30})
	p.WaitFor("… 35 more: 35 checks passed")
	p.Type("\x1a") // Ctrl-Z
	p.WaitUntil("the terminal is given back", func(string) bool { return !p.Whole() && p.Echoes() })
	p.Signal(syscall.SIGCONT)
	p.WaitFor("… 35 more: 35 checks passed")
	p.Type("\x03")
	if status, err := p.Wait(); status != 130 || err != nil || p.Whole() || !p.Echoes() {
		t.Errorf("exit status %d %v, whole screen %v, echo %v", status, err, p.Whole(), p.Echoes())
	}
}
