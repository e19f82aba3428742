//go:build unix

package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// wantExit waits for the end of the program.
func wantExit(t testing.TB, e *exporter) {
	t.Helper()
	select {
	case <-e.Exited():
	case <-time.After(patience):
		t.Fatal("the program has not ended")
	}
	if !strings.Contains(e.Output(), "msg=stopped") {
		t.Errorf("the log does not end with stopped:\n%s", e.Output())
	}
}

// wantMetric waits until a line of /metrics is there.
func wantMetric(t testing.TB, e *exporter, line string) {
	t.Helper()
	eventually(t, func() string {
		page := fetch(t, http.StatusOK, e.url+"/metrics")
		if strings.Contains(page, "\n"+line+"\n") {
			return ""
		}
		name, _, _ := strings.Cut(line, "{")
		var near []string
		for l := range strings.Lines(page) {
			if strings.HasPrefix(l, name) {
				near = append(near, strings.TrimSpace(l))
			}
		}
		return fmt.Sprintf("no line %s, but %q", line, near)
	})
}

func TestSIGHUPReloadsAndAFaultyFileChangesNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "checks.yml")
	write(t, file, "checks:\n  - {name: disk, disk: {path: /}}\n  - {name: gone, memory: {}}\n")
	e := startWith(t, "--config.file="+file)
	before := fetch(t, http.StatusOK, e.url+"/healthcheck/disk?format=json")

	write(t, file, "checks:\n  - {name: disk, dsik: {path: /}}\n")
	e.Signal(syscall.SIGHUP)
	wantMetric(t, e, "healthcheck_config_last_reload_successful 0")
	if log := e.Output(); !strings.Contains(log, file+`:2: check \"disk\": unknown key \"dsik\", did you mean \"disk\"?`) {
		t.Errorf("the log does not say what is wrong, and where:\n%s", log)
	}
	fetch(t, http.StatusOK, e.url+"/healthcheck/gone")

	write(t, file, "checks:\n  - {name: disk, disk: {path: /}}\n  - {name: fresh, load: {}}\n")
	e.Signal(syscall.SIGHUP)
	wantMetric(t, e, "healthcheck_config_last_reload_successful 1")
	fetch(t, http.StatusOK, e.url+"/healthcheck/fresh")
	fetch(t, http.StatusNotFound, e.url+"/healthcheck/gone")
	after := fetch(t, http.StatusOK, e.url+"/healthcheck/disk?format=json")
	if timestampOf(before) != timestampOf(after) {
		t.Errorf("the unchanged check has run again:\n%s\n%s", before, after)
	}
	if page := fetch(t, http.StatusOK, e.url+"/metrics"); strings.Contains(page, `check="gone"`) {
		t.Error("series of the removed check are still there")
	}
}

// timestampOf returns the timestamp of the only result of a report.
func timestampOf(report string) string {
	_, results, _ := strings.Cut(report, `"results"`)
	_, rest, _ := strings.Cut(results, `"timestamp": `)
	stamp, _, _ := strings.Cut(rest, ",")
	return stamp
}

func TestSIGTERMStopsAtOnceWithStatusZero(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		e := startWith(t)
		begin := time.Now()
		e.Signal(sig)
		wantExit(t, e)
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("stopping took %v", took)
		}
	}
}

func TestSIGTERMWithADelayDrainsAndGoesOnServing(t *testing.T) {
	e := start(t, "checks: []\n", "--shutdown.delay=1h", "--web.enable-lifecycle")
	fetch(t, http.StatusOK, e.url+"/healthcheck")
	e.Signal(syscall.SIGTERM)
	eventually(t, func() string {
		if status, body, err := get(t.Context(), e.url+"/healthcheck"); status != http.StatusServiceUnavailable {
			return fmt.Sprint(status, body, err)
		}
		return ""
	})
	if body := fetch(t, http.StatusServiceUnavailable, e.url+"/healthcheck"); !strings.Contains(body, `"draining": "shutting down"`) {
		t.Errorf("the answer does not say that it is draining: %s", body)
	}
	fetch(t, http.StatusServiceUnavailable, e.url+"/-/ready")
	fetch(t, http.StatusOK, e.url+"/-/healthy")
	e.Signal(syscall.SIGHUP) // Changes nothing about the end.
	if status, body := post(t, e.url+"/-/undrain"); status != http.StatusInternalServerError || !strings.Contains(body, "shutting down") {
		t.Errorf("undrain while stopping: %d %q", status, body)
	}
	fetch(t, http.StatusServiceUnavailable, e.url+"/healthcheck")
	fetch(t, http.StatusOK, e.url+"/-/healthy")
	e.Signal(syscall.SIGTERM)
	wantExit(t, e)
}

func TestExitStatusIsZeroAfterASignal(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{nil, {"--shutdown.delay=200ms"}} {
		cmd := exec.CommandContext(t.Context(), binary(t), append(flags, "--web.listen-address="+testservers.FreeAddr(t))...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		for range 3 {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			time.Sleep(20 * time.Millisecond)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("flags %q: %v, want exit status 0", flags, err)
		}
	}
}

func TestStoppingKillsWhatTheChecksHaveStarted(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	e := startUnready(t, fmt.Sprintf(`
checks:
  - name: slow
    timeout: 1m
    exec: {command: [/bin/sh, -c, "echo $$$$ > %s; sleep 1000 & wait"]}
`, pidFile))
	var pid string
	eventually(t, func() string {
		data, _ := os.ReadFile(pidFile)
		pid = strings.TrimSpace(string(data))
		if pid == "" {
			return "the program of the check has not started"
		}
		return ""
	})
	e.Signal(syscall.SIGTERM)
	wantExit(t, e)
	eventually(t, func() string {
		if _, err := os.Stat("/proc/" + pid); err == nil {
			return "process " + pid + " is still there"
		}
		return ""
	})
}

func TestLifecycleByPOST(t *testing.T) {
	closed := start(t, "checks: []\n")
	for _, action := range []string{"reload", "drain", "undrain"} {
		if status, body := post(t, closed.url+"/-/"+action); status != http.StatusForbidden || !strings.Contains(body, "--web.enable-lifecycle") {
			t.Errorf("%s without the flag: %d %s", action, status, body)
		}
	}
	e := start(t, "checks: []\n", "--web.enable-lifecycle")
	for _, action := range []string{"reload", "drain", "undrain"} {
		fetch(t, http.StatusMethodNotAllowed, e.url+"/-/"+action)
		if status, body := post(t, e.url+"/-/"+action); status != http.StatusOK {
			t.Errorf("%s: %d %s", action, status, body)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.url+"/-/"+action, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", "http://evil.example.org")
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("%s from another origin: status %d, want 403", action, response.StatusCode)
		}
	}
}
