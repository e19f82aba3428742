//go:build unix

package cli_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A waiting is a command that runs beside the test.
type waiting struct {
	out, errs pipe
	ended     chan int
	at        time.Time // of the end
}

func begin(ctx context.Context, args ...string) *waiting {
	w := &waiting{ended: make(chan int, 1)}
	go func() {
		status := cli.Run(ctx, args, &w.out, &w.errs)
		w.at = time.Now()
		w.ended <- status
	}()
	return w
}

// want compares the end of the command.
func (w *waiting) want(t *testing.T, status int, last string) {
	t.Helper()
	if got := <-w.ended; got != status || !regexp.MustCompile(last).MatchString(w.out.String()+w.errs.String()) {
		t.Errorf("exit status %d, want %d and %s\n%s%s", got, status, last, &w.out, &w.errs)
	}
}

func TestWaitEndsWhenARealPostgresIsReady(t *testing.T) {
	t.Parallel()
	server := testservers.Postgres(t)
	server.PostgresSQL("CREATE USER app PASSWORD 'correct horse'")
	const config = "checks:\n  - {name: db, postgres: {address: %q, user: app, password: %s, database: postgres}}\n"
	good := newFile(t, fmt.Sprintf(config, server.Addr, "correct horse"))
	if status, _, errs := runCommand(t, "--config.file="+good.path, "config", "check"); status != cli.ExitPassed {
		t.Fatal(errs)
	}
	server.Stop()
	w := begin(t.Context(), "--config.file="+good.path, "check", "--wait=60s")
	time.Sleep(2 * time.Second) // The server takes its time.
	server.Start()
	ready := time.Now()
	w.want(t, cli.ExitPassed, `(?s)^\[\+\] db: .*\n1 check passed\npassed after \d\.\ds\n$`)
	if late := w.at.Sub(ready); late > 5*time.Second { // Ten times what is promised: the machine may be busy.
		t.Errorf("the command ended %v after the server was ready", late)
	}
	// A login that is rejected ends the wait, even while another check hangs.
	bad := newFile(t, fmt.Sprintf(config, server.Addr, "wrong")+
		"  - {name: hang, timeout: 2m, exec: {command: [sleep, \"100\"]}}\n  - {name: app, depends_on: [db], exec: {command: [echo]}}\n")
	for _, names := range [][]string{{}, {"app"}} {
		began := time.Now()
		w = begin(t.Context(), append([]string{"--config.file=" + bad.path, "check", "--wait=60s"}, names...)...)
		w.want(t, cli.ExitFailed, `(?m)^gave up after \S+: db fails \(reason auth\), which does not get better by waiting$`)
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%v until the command gave up", took)
		}
	}
}

func TestWaitGivesUpWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := newFile(t, fmt.Sprintf(`
checks:
  - {name: never, exec: {command: [sh, -c, "echo x >> %[1]s/runs; exit 2"]}}
  - {name: hang, timeout: 2m, exec: {command: [sleep, "100"]}}
  - {name: maybe, optional: true, exec: {command: ["false"]}}
`, dir))
	last := regexp.MustCompile(`(?s)^\[-\] never: .*\n2 of 3 failed \(1 optional\), 1 not finished\nnot yet after \S+s\n$`)
	for wait := 1500 * time.Millisecond; ; wait *= 4 { // On a busy machine the programs need more time.
		began := time.Now()
		w := begin(t.Context(), "--config.file="+f.path, "check", "--wait="+wait.String())
		status := <-w.ended
		if took := time.Since(began); status != 4 || took < wait {
			t.Errorf("exit status %d after %v, want 4 after %v\n%s%s", status, took, wait, &w.out, &w.errs)
		}
		runs, _ := os.ReadFile(filepath.Join(dir, "runs"))
		if len(runs)/2 >= 2 && last.MatchString(w.out.String()) {
			break
		}
		if wait > time.Minute {
			t.Fatalf("the failed check ran %d times in %v, want at least 2:\n%s", len(runs)/2, wait, &w.out)
		}
	}
	// What is optional holds nothing up, as in every other report.
	w := begin(t.Context(), "--config.file="+f.path, "check", "--wait=30s", "maybe")
	w.want(t, cli.ExitPassed, `passed after`)
	w = begin(t.Context(), "--config.file="+f.path, "check", "--wait=1s", "--output=json", "never")
	w.want(t, 4, `^\{"hostname": .*"checker": "never".*"passed": false.*\}\n$`)
	for args, want := range map[string]string{
		"--wait=-1s":                 "--wait: -1s, want 0s or more",
		"--wait=5":                   `--wait: "5" has no unit, want 5s`,
		"--wait=5s --output=nagios":  "--wait: cannot be combined with --output=nagios",
		"--wait=5s nothing":          `unknown check "nothing"`,
		"--wait=5s --url=ftp://host": "--url: want an address",
	} {
		w = begin(t.Context(), append([]string{"--config.file=" + f.path, "check"}, strings.Fields(args)...)...)
		w.want(t, cli.ExitMisuse, regexp.QuoteMeta(want))
	}
}

func TestWaitThatIsInterruptedPrintsWhatIsKnown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := newFile(t, fmt.Sprintf(`checks: [{name: never, exec: {command: [sh, -c, "echo $$$$ > %s/pid; exit 2"]}}]`, dir))
	ctx, interrupt := context.WithCancel(t.Context())
	w := begin(ctx, "--config.file="+f.path, "check", "--wait=60s")
	if readPID(t.Context(), filepath.Join(dir, "pid")) == 0 {
		t.Fatal("the check does not run")
	}
	time.Sleep(500 * time.Millisecond) // The result is known soon after.
	interrupt()
	w.want(t, 130, `(?s)^\[-\] never: .*\ninterrupted after \S+s\n$`)
}

func TestWaitForARunningExporter(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "hc") //nolint:usetesting // The path of a Unix socket must be short.
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket, flag := filepath.Join(dir, "s"), filepath.Join(dir, "up")
	f := newFile(t, fmt.Sprintf(`
global: {failed_ttl: 100ms}
checks: [{name: a, exec: {command: [test, -e, %s]}}]
`, flag))
	health, ready := "--url=unix:"+socket, "--url=unix:"+socket+":/-/ready"
	begin(t.Context(), "check", health, "--wait=300ms").want(t, 4, `^not yet after \S+s: connecting to `+socket+`: no such file or directory\n$`)
	waits := []*waiting{begin(t.Context(), "check", health, "--wait=60s"), begin(t.Context(), "check", health, "--wait=60s", "--output=json"), begin(t.Context(), "check", ready, "--wait=60s")}
	ctx, stop := context.WithCancel(t.Context())
	exporter := begin(ctx, "--config.file="+f.path, "--web.listen-address=unix:"+socket)
	waits[2].want(t, cli.ExitPassed, `^ready\npassed after`)
	begin(t.Context(), "check", health, "--wait=300ms").want(t, 4, `(?s)^\[-\] a: .*not yet after`)
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	waits[0].want(t, cli.ExitPassed, `(?s)^\[\+\] a: .*passed after`)
	waits[1].want(t, cli.ExitPassed, `^\{"hostname": .*\}\n$`)
	begin(t.Context(), "check", health, "--wait=60s", "b").want(t, cli.ExitMisuse, `unknown check "b"`)
	stop()
	exporter.want(t, cli.ExitPassed, "")
}

func TestWaitForAnExporterEndsWhenWaitingCannotHelp(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewUnstartedServer(passing)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	begin(t.Context(), "check", "--url="+untrusted.URL+"/healthcheck", "--wait=60s").want(t, cli.ExitFailed, "certificate")

	var asked atomic.Int32
	starting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < 3 { // A proxy in front of it.
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html>")
			return
		}
		passing(w, r)
	}))
	defer starting.Close()
	begin(t.Context(), "check", "--url="+starting.URL+"/healthcheck", "--wait=60s").want(t, cli.ExitPassed, "0 checks passed\npassed after")
	begin(t.Context(), "check", "--url="+starting.URL+"/page", "--wait=60s").want(t, cli.ExitMisuse, "not a report, but status 404")

	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	defer locked.Close()
	begin(t.Context(), "check", "--url="+locked.URL+"/healthcheck", "--wait=60s").want(t, cli.ExitFailed, "status 401, set HEALTHCHECK_URL_USER")
}
