//go:build unix

package server_test

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

// terminate sends SIGTERM to the test, which the exporter catches, and waits
// until it has noticed.
func terminate(t *testing.T, e *exporter) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if _, body := e.ask(http.MethodGet, "/-/ready"); body == "shutting down\n" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("SIGTERM was not noticed")
}

func withDelay(o *server.Options) { o.Lifecycle, o.ShutdownDelay = true, time.Hour }

func TestSIGTERMDrainsAndCannotBeUndrained(t *testing.T) {
	e := start(t, "checks: []", withDelay)
	terminate(t, e)
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "shutting down"`)
	e.want(http.MethodPost, "/-/undrain", http.StatusInternalServerError, "not done: shutting down")
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "shutting down"`)
	e.want(http.MethodGet, "/-/healthy", http.StatusOK, "healthy")
}

func TestSIGTERMKeepsTheOperatorsReason(t *testing.T) {
	e := start(t, "checks: []", withDelay)
	e.want(http.MethodPost, "/-/drain?reason=deploy", http.StatusOK, "drained")
	terminate(t, e)
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "deploy"`)
}

func TestUndrainEndsTheOperatorsDrainWhileStopping(t *testing.T) {
	state := t.TempDir()
	e := start(t, "checks: []", func(o *server.Options) { withDelay(o); o.StateDirectory = state })
	e.want(http.MethodPost, "/-/drain?reason=deploy", http.StatusOK, "drained\n")
	terminate(t, e)
	e.want(http.MethodPost, "/-/undrain", http.StatusOK, "undrained, after the restart: shutting down\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "shutting down"`)
	e.want(http.MethodPost, "/-/undrain", http.StatusInternalServerError, "not done: shutting down")
	e.wantStop(nil)
	e = start(t, "checks: []", func(o *server.Options) { o.StateDirectory = state })
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "success")
}

func TestAMutedCheckDoesNotCount(t *testing.T) {
	e := start(t, `checks: [{name: a, exec: {command: ["false"]}}]`, withLifecycle)
	e.want(http.MethodGet, "/healthcheck", http.StatusInternalServerError, "failure")
	e.want(http.MethodPost, "/-/mute?check=a&reason=being+moved&for=2h", http.StatusOK, "muted a for 2h\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, `"degraded": true`)
	e.want(http.MethodPost, "/-/unmute?check=a", http.StatusOK, "unmuted a\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusInternalServerError, "failure")
	e.want(http.MethodPost, "/-/mute?check=a&reason=moved&for=100ms", http.StatusOK, "muted")
	e.await("/healthcheck", http.StatusInternalServerError, "failure")
	for query, want := range map[string]string{
		"check=a&for=1h":               "reason: missing; every answer shows it",
		"check=a&reason=moved":         "for: missing, want a duration",
		"check=a&reason=moved&for=1":   `for: "1", want a positive duration`,
		"check=b&reason=moved&for=10m": `unknown check "b"`,
		"":                             "for: missing, want a duration",
	} {
		e.want(http.MethodPost, "/-/mute?"+query, http.StatusBadRequest, want)
	}
	e.want(http.MethodPost, "/-/unmute?check=b", http.StatusBadRequest, `unknown check "b"`)
	e.wantStop(nil) // The log is complete.
	if log := e.log.String(); !strings.Contains(log, `msg="check muted" check=a reason="being moved" for=2h0m0s`) {
		t.Errorf("not logged:\n%s", log)
	}
}
