//go:build linux

package e2e_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A target is a service that takes its time to answer a check.
type target struct {
	*httptest.Server
	takes atomic.Int64 // time.Duration
}

func newTarget(t testing.TB, takes time.Duration) *target {
	x := &target{}
	x.takes.Store(int64(takes))
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(time.Duration(x.takes.Load())):
			_, _ = io.WriteString(w, "fine")
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(x.Close)
	return x
}

// watchers are the ways in which haproxy watches an exporter: a backend for each.
func watchers() []string { return []string{"2s-fall3", "2s-fall2", "500ms-fall2", "agent-2s"} }

// backends watch one exporter in all of these ways. The time for a check is short: an
// exporter that waits for its first runs takes the server out.
func (k *keeper) backends(name string) string {
	return strings.NewReplacer("NAME", name, "WEB", k.Port(), "AGENT", portOf(k.agent)).Replace(`
backend NAME-2s-fall3
    option httpchk /healthcheck
    timeout check 1s
    server s APP check addr 127.0.0.1 port WEB inter 2s fall 3
backend NAME-2s-fall2
    option httpchk /healthcheck
    timeout check 1s
    server s APP check addr 127.0.0.1 port WEB inter 2s fall 2
backend NAME-500ms-fall2
    option httpchk /healthcheck
    timeout check 1s
    server s APP check addr 127.0.0.1 port WEB inter 500ms fall 2
backend NAME-agent-2s
    server s APP check agent-check agent-inter 2s agent-addr 127.0.0.1 agent-port AGENT
`)
}

// A restarted exporter is one row of the matrix: one kind of check, watched in all
// ways.
type restarted struct {
	*keeper
	name string
	slow int // restarts for which this machine was too slow
}

// tired reports whether the machine was too slow even for the check: one that takes
// 4.7 s has 0.3 s left until its timeout.
func (r *restarted) tired() bool {
	return strings.HasPrefix(r.name, "4.7s") && strings.Contains(r.log(), `msg="check failed"`)
}

// again restarts the exporter and waits until the first run has ended.
func (r *restarted) again(stop func()) {
	before := timestampOf(fetch(r.t, http.StatusOK, r.url+"/healthcheck"))
	begin := time.Now()
	stop()
	r.Start()
	// haproxy's quickest watcher counts two refused connections 500 ms apart.
	if time.Since(begin) > 450*time.Millisecond {
		r.slow++
	}
	eventually(r.t, func() string {
		_, body, err := get(r.t.Context(), r.url+"/healthcheck")
		if stamp := timestampOf(body); err != nil || stamp == before || stamp == "" {
			return fmt.Sprint("no first run: ", body, err)
		}
		return ""
	})
}

// unnoticed waits until haproxy has got over the restart before, if it has noticed
// that one: "UP 1/2" is a server that has failed its last check.
func (r *restarted) unnoticed(b *balancer) {
	eventually(r.t, func() string {
		servers := b.servers(r.t)
		for _, watcher := range watchers() {
			if s := servers[r.name+"-"+watcher+"/s"]; s.status != "UP" {
				return r.name + "-" + watcher + " is " + s.status
			}
		}
		return ""
	})
}

// An exporter that is restarted takes no server out, whatever its first checks
// take: the stored results serve until the first runs have ended.
func TestHAProxyDoesNotNoticeARestartOfTheExporter(t *testing.T) {
	t.Parallel()
	fast, three, long := newTarget(t, 0), newTarget(t, 3*time.Second), newTarget(t, 4700*time.Millisecond)
	var rows []*restarted
	var backends strings.Builder
	for _, row := range []struct {
		name, settings string
		target         *target
	}{
		{"fast", "", fast}, {"3s", "", three}, {"4.7s", "", long}, {"4.7s-ttl5s", "success_ttl: 5s, ", long},
	} {
		k := startKeeper(t, "", fmt.Sprintf("checks: [{name: a, %shttp: {url: \"%s\"}}]\n", row.settings, row.target.URL))
		rows = append(rows, &restarted{keeper: k, name: row.name})
		backends.WriteString(k.backends(row.name))
	}
	for _, r := range rows {
		fetch(t, http.StatusOK, r.url+"/healthcheck")
	}
	b := balance(t, backends.String())
	b.waitFor(t, "UP")

	var wait sync.WaitGroup
	restarts := form(3, 48)
	for _, r := range rows {
		wait.Go(func() {
			for i := range restarts {
				time.Sleep(time.Duration(rand.IntN(form(500, 4000))) * time.Millisecond)
				r.unnoticed(b)
				r.again([]func(){r.Stop, r.Kill}[i%2])
			}
		})
	}
	wait.Wait()
	time.Sleep(2 * time.Second)

	servers := b.servers(t)
	var lines []string
	for _, r := range rows {
		for _, watcher := range watchers() {
			cell := r.name + "-" + watcher
			s := servers[cell+"/s"]
			excused := watcher == "500ms-fall2" && r.slow > 0 || r.tired()
			if (s.downs != "0" || !strings.HasPrefix(s.status, "UP")) && !excused {
				t.Errorf("%s: %s times DOWN in %d restarts, now %s (%s)", cell, s.downs, restarts, s.status, s.why)
			}
			lines = append(lines, fmt.Sprintf("- %s: %d restarts, half of them by kill -9: %s times DOWN", cell, restarts, s.downs))
		}
	}
	record(t, "restarts", lines...)
}

// What the state directory is for.
func TestHAProxyNoticesARestartWithoutAStateDirectory(t *testing.T) {
	t.Parallel()
	slow := newTarget(t, 3*time.Second)
	agent := testservers.FreeAddr(t)
	yaml := fmt.Sprintf("checks: [{name: a, http: {url: \"%s\"}}]\n", slow.URL)
	k := &keeper{exporter: start(t, yaml, "--agent.listen-address="+agent), t: t, agent: agent}
	b := balance(t, k.backends("kept"))
	b.waitFor(t, "UP")
	k.Stop()
	k.Start()
	eventually(t, func() string {
		if s := b.servers(t)["kept-500ms-fall2/s"]; s.downs != "1" {
			return "haproxy has not noticed the restart"
		}
		return ""
	})
}

// What was good before a restart does not hide what has broken meanwhile.
func TestHAProxyNoticesAServiceThatBrokeDuringTheRestart(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*keeper){"SIGTERM": func(k *keeper) { k.Stop() }, "kill -9": func(k *keeper) { k.Kill() }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			breakMeanwhile(t, stop)
		})
	}
}

func breakMeanwhile(t *testing.T, stop func(*keeper)) {
	t.Helper()
	const timeout = 2 * time.Second
	service := newTarget(t, 0)
	k := startKeeper(t, "", fmt.Sprintf("checks: [{name: a, timeout: %v, http: {url: \"%s\"}}]\n", timeout, service.URL))
	fetch(t, http.StatusOK, k.url+"/healthcheck")
	b := balance(t, k.backends("broken"))
	b.waitFor(t, "UP")
	time.Sleep(1100 * time.Millisecond) // The result is saved within a second.
	stop(k)
	service.takes.Store(int64(time.Hour)) // It hangs: the worst way to break.
	k.Start()
	begin := time.Now()
	if body := fetch(t, http.StatusOK, k.url+"/healthcheck"); !strings.Contains(body, `"passed": true`) {
		t.Errorf("the stored result does not serve: %s", body)
	}
	eventually(t, func() string {
		if status, body, _ := get(t.Context(), k.url+"/healthcheck"); status != http.StatusInternalServerError {
			return body
		}
		return ""
	})
	// Long before the TTL of 27 s, which the stored result has.
	if took := time.Since(begin); took > timeout+10*time.Second {
		t.Errorf("the failure was seen after %v, with a timeout of %v", took, timeout)
	}
	b.waitFor(t, "DOWN")
	const counting = 3 * 2 * time.Second // inter 2s fall 3
	if took := time.Since(begin); took > timeout+counting+15*time.Second {
		t.Errorf("haproxy has taken the server out after %v", took)
	}
}
