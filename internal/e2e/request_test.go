//go:build linux

package e2e_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A preview and a refused reload run the new checks and fail no poll.
func TestACanaryReloadFailsNoPoll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, socket := filepath.Join(dir, "healthcheck.yml"), filepath.Join(testservers.Dir(t), "s")
	const good = `  - {name: stays, success_ttl: 1h, exec: {command: [echo, same]}}` + "\n"
	write(t, file, "checks:\n"+good+`  - {name: changes, exec: {command: ["true"]}}`+"\n")
	e := startWith(t, "--config.file="+file, "--admin.socket="+socket, "--config.reload-refuse-failing")
	before := fetch(t, http.StatusOK, e.url+"/healthcheck/stays?format=json")
	stop := polls(t, e, "/healthcheck")
	admin := func(want int, args ...string) string {
		t.Helper()
		out, errs, status := command(t, nil, append([]string{"--admin.socket=" + socket}, args...)...)
		if status != want {
			t.Errorf("%v: exit status %d, want %d\n%s%s", args, status, want, out, errs)
		}
		return out + errs
	}

	write(t, file, "checks:\n"+good+`  - {name: changes, exec: {command: [sh, -c, "sleep 0.5; echo no database; exit 1"]}}`+"\n"+
		`  - {name: added, optional: true, exec: {command: [sh, -c, "echo no cache; exit 1"]}}`+"\n")
	const preview = `+ added
~ changes: exec.command
first runs: 0 of 2 passed
[-] changes: exit status 1: no database
[-] added: exit status 1: no cache (optional)
the reload would turn the service from healthy to failed: changes
`
	for _, args := range [][]string{{"diff"}, {"config", "diff"}} {
		if got := admin(1, args...); got != preview {
			t.Errorf("%v:\n%swant\n%s", args, got, preview)
		}
	}
	const refused = "refused, the reload would turn the service from healthy to failed: changes (exit status 1: no database)"
	if got := admin(1, "reload"); got != "not done: "+refused+"\n" {
		t.Errorf("reload: %swant %s", got, refused)
	}
	wantMetric(t, e, "healthcheck_config_last_reload_successful 0")
	e.Signal(syscall.SIGHUP)
	eventually(t, func() string {
		if strings.Count(e.Output(), refused) != 2 {
			return "the log does not say twice that a reload is refused"
		}
		return ""
	})
	if page := fetch(t, http.StatusOK, e.url+"/"); !strings.Contains(page, "refused, the reload would turn the service from healthy to failed") {
		t.Error("the page does not say that the reload was refused")
	}
	if after := fetch(t, http.StatusOK, e.url+"/healthcheck/stays?format=json"); timestampOf(after) != timestampOf(before) {
		t.Error("the unchanged check has run again")
	}
	fetch(t, http.StatusNotFound, e.url+"/healthcheck/added")

	write(t, file, "checks:\n"+good+`  - {name: added, optional: true, exec: {command: [sh, -c, "echo no cache; exit 1"]}}`+"\n")
	admin(0, "reload") // It only degrades.
	wantMetric(t, e, "healthcheck_config_last_reload_successful 1")
	if page := fetch(t, http.StatusOK, e.url+"/"); strings.Contains(page, "refused, the reload") {
		t.Error("the page still says that the reload was refused")
	}
	asked := stop()
	t.Logf("0 of %d requests failed", asked)
}

// An operator sees at once that a server is gone, and that it is back.
func TestRunAsksARealServerAtOnce(t *testing.T) {
	t.Parallel()
	redis, socket := testservers.Redis(t), filepath.Join(testservers.Dir(t), "s")
	e := start(t, `checks: [{name: redis, redis: {address: "`+redis.Addr+`"}}]`, "--admin.socket="+socket, "--web.enable-lifecycle")
	fetch(t, http.StatusOK, e.url+"/healthcheck")
	redis.Stop()
	fetch(t, http.StatusOK, e.url+"/healthcheck") // The previous pass.
	var all sync.WaitGroup
	for range 5 { // One of them starts the run.
		all.Go(func() { post(t, e.url+"/-/run/redis") })
	}
	all.Wait()
	fetch(t, http.StatusInternalServerError, e.url+"/healthcheck")
	if runs := metricsOf(t, e).sum("healthcheck_runs_total", "result", "failed"); runs != 1 {
		t.Errorf("%v failed runs, want 1", runs)
	}
	if status, body := post(t, e.url+"/-/run/redis"); status != http.StatusTooManyRequests || !strings.Contains(body, "try again in") {
		t.Errorf("a second run: %d %s, want 429", status, body)
	}
	redis.Start()
	eventually(t, func() string {
		if out, errs, status := command(t, nil, "--admin.socket="+socket, "run", "redis"); status != 0 {
			return out + errs
		}
		return ""
	})
	fetch(t, http.StatusOK, e.url+"/healthcheck")
}
