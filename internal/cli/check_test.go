package cli_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

const threeChecks = `
global: {success_ttl: 0s, failed_ttl: 0s}
checks:
  - {name: db, exec: {command: [sh, -c, "echo x >> $COUNT/db"], env: {COUNT: DIR}}}
  - {name: app, depends_on: [db], exec: {command: [sh, -c, "echo x >> $COUNT/app"], env: {COUNT: DIR}}}
  - {name: other, exec: {command: [sh, -c, "exit 2"]}}
`

func TestCheckPrintsTheMetricsOfTheRunsThatItReports(t *testing.T) {
	f := newFile(t, "")
	dir := t.TempDir()
	f.write(strings.ReplaceAll(threeChecks, "DIR", dir))
	status, out, errs := runCommand(t, "--config.file="+f.path, "check", "--output=prometheus", "app")
	if status != cli.ExitPassed || errs != "" {
		t.Errorf("status %d, %q", status, errs)
	}
	for _, want := range []string{"healthcheck_healthy 1\n", `healthcheck_runs_total{check="app",result="passed"} 1`, `healthcheck_passed{check="db"} 1`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if strings.Contains(out, `"other"`) {
		t.Errorf("a check that was not asked for:\n%s", out)
	}
	if status, _, _ = runCommand(t, "--config.file="+f.path, "check", "--output=prometheus"); status != cli.ExitFailed {
		t.Errorf("status %d of all, want %d", status, cli.ExitFailed)
	}
	if status, _, errs = runCommand(t, "--config.file="+f.path, "check", "--output=prometheus", "nothing"); status != cli.ExitMisuse || !strings.Contains(errs, `unknown check "nothing"`) {
		t.Errorf("status %d, %q of a name that is unknown", status, errs)
	}
}

func TestCheckThatAsksTellsOnlyWhatItIsTold(t *testing.T) {
	answers := map[string]struct {
		status int
		body   string
	}{
		"/passed":   {200, `{"status": "success", "results": []}`},
		"/degraded": {200, `{"status": "success", "results": [{"checker": "a", "output": "", "passed": true, "warning": "w"}], "degraded": true}`},
		"/failed":   {500, `{"status": "failure", "results": [{"checker": "a", "output": "down", "passed": false, "response_time": 0.25}]}`},
		"/redirect": {302, `moved`},
		"/page":     {200, `<html>`},
		"/text":     {200, "[+] a: ok\nhealthcheck: degraded"},
		"/nothing":  {204, ""},
		"/section":  {200, `{"status": "success", "results": [], "error": {"rate": 0.1}}`},
		"/unknown":  {404, `{"error": "unknown check \"nope\""}`},
		// Whose statuses say nothing.
		"/failed text": {200, "[-] a: down\nhealthcheck: failed (draining: deploy)"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, is := answers[r.URL.Path]; is {
			w.Header().Set("Location", "/passed")
			w.WriteHeader(a.status)
			_, _ = w.Write([]byte(a.body))
		}
	}))
	defer server.Close()
	for _, test := range []struct {
		url, output string
		status      int
		want        string
	}{
		{server.URL + "/passed", "json", 0, `{"status": "success", "results": []}`},
		{server.URL + "/failed", "json", 1, answers["/failed"].body},
		{server.URL + "/redirect", "text", 2, ""},
		{server.URL + "/passed", "nagios", 0, "OK - 0 checks passed"},
		{server.URL + "/degraded", "nagios", 1, "WARNING - a: w | 'a'=0.000000s"},
		{server.URL + "/failed", "nagios", 2, "CRITICAL - a: down | 'a'=0.250000s"},
		{server.URL + "/page", "text", 2, ""},
		{server.URL + "/page", "json", 2, ""},
		{server.URL + "/failed", "text", 1, "[-] a:  250ms  down\n1 of 1 failed"},
		{server.URL + "/degraded", "text", 0, "[!] a:  0.0ms  w\n1 check passed, 1 warns"},
		{server.URL + "/text", "text", 2, ""},
		{server.URL + "/failed text", "text", 2, ""},
		{server.URL + "/nothing", "text", 0, ""},
		{server.URL + "/nothing", "nagios", 0, "OK - status 204"},
		{server.URL + "/section", "nagios", 0, "OK - 0 checks passed"},
		{server.URL + "/unknown", "nagios", 3, `UNKNOWN - --url: status 404: unknown check "nope"`},
		{server.URL + "/page", "nagios", 3, "UNKNOWN - --url: not a report, but status 200: want the address of an exporter and a path such as /healthcheck"},
		{"ftp://h", "nagios", 3, "UNKNOWN - --url: want an address such as http://127.0.0.1:10927/healthcheck or unix:/run/hc.sock:/healthcheck"},
		{"ftp://h", "text", 2, ""},
		{"http://127.0.0.1:1/", "text", 1, ""},
	} {
		status, out, _ := runCommand(t, "check", "--url="+test.url, "--output="+test.output)
		if status != test.status || strings.TrimSpace(out) != test.want {
			t.Errorf("%s as %s: %d %q, want %d %q", test.url, test.output, status, out, test.status, test.want)
		}
	}
}

func TestCheckThatIsInterruptedLeavesNothingRunning(t *testing.T) {
	dir := t.TempDir()
	f := newFile(t, `checks: [{name: a, timeout: 1m, exec: {command: [sh, -c, "echo $$$$ > `+dir+`/pid; exec sleep 100"]}}]`)
	for output, want := range map[string]int{"text": 130, "json": 130, "prometheus": 130, "nagios": cli.NagiosUnknown} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		begun := make(chan int, 1)
		go func() {
			defer cancel()
			begun <- readPID(ctx, filepath.Join(dir, "pid"))
		}()
		status := cli.Run(ctx, []string{"--config.file=" + f.path, "check", "--output=" + output}, io.Discard, io.Discard)
		pid := <-begun
		if status != want {
			t.Errorf("%s: status %d, want %d", output, status, want)
		}
		if pid == 0 || !gone(pid) {
			t.Errorf("%s: process %d goes on", output, pid)
		}
		if err := os.Remove(filepath.Join(dir, "pid")); err != nil {
			t.Fatal(err)
		}
	}
}

// readPID waits for a file with a number in it.
func readPID(ctx context.Context, path string) (pid int) {
	for ctx.Err() == nil {
		if text, err := os.ReadFile(path); err == nil {
			if _, err := fmt.Sscan(string(text), &pid); err == nil {
				return pid
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return 0
}

// gone waits until a process has ended; the machine may be busy.
func gone(pid int) bool {
	for range 500 {
		if command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err != nil || len(command) == 0 {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func TestCheckPrintsTheReportWhateverTheStatuses(t *testing.T) {
	f := newFile(t, `{checks: [{name: a, exec: {command: [echo, fine]}}], healthcheck: {success_status: 204}}`)
	want := regexp.MustCompile(`^\[\+\] a: +\S+ms  fine\n1 check passed in \S+s\n$`)
	if status, out, errs := runCommand(t, "--config.file="+f.path, "check"); status != cli.ExitPassed || !want.MatchString(out) {
		t.Errorf("%d %q %q, want %s", status, out, errs, want)
	}
}
