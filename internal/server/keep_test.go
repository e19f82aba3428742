package server_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestDecisionsOfOperatorsSurviveARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	kept := func(o *server.Options) { o.Lifecycle, o.StateDirectory = true, dir }
	const checks = `checks: [{name: a, exec: {command: ["false"]}}]`
	first := start(t, checks, kept)
	first.want(http.MethodPost, "/-/drain?reason=deploy&for=1h", http.StatusOK, "drained for 1h\n")
	first.want(http.MethodPost, "/-/mute?check=a&reason=moved&for=2h", http.StatusOK, "muted a for 2h\n")
	first.want(http.MethodGet, "/metrics", http.StatusOK, "\nhealthcheck_state_directory_usable 1\n")
	first.wantStop(nil)

	second := start(t, checks, kept)
	second.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "deploy"`)
	second.want(http.MethodPost, "/-/undrain", http.StatusOK, "undrained\n")
	second.want(http.MethodGet, "/healthcheck", http.StatusOK, `"muted": {"reason": "moved"`)
	second.want(http.MethodPost, "/-/unmute?check=a", http.StatusOK, "unmuted a\n")
	second.wantStop(nil)
	for _, line := range []string{`msg="still drained" reason=deploy`, `msg="check still muted" check=a reason=moved`} {
		if log := second.log.String(); !strings.Contains(log, line) {
			t.Errorf("no %s in the log:\n%s", line, log)
		}
	}

	third := start(t, checks, kept)
	third.want(http.MethodGet, "/healthcheck", http.StatusInternalServerError, `"failure"`)
}

func TestAnOperatorHearsWhatARestartWouldDo(t *testing.T) {
	const checks = "checks: [{name: a, exec: {command: [echo, fine]}}]"
	none := start(t, checks, withLifecycle)
	none.want(http.MethodPost, "/-/drain", http.StatusOK, "drained\nThis ends when the exporter restarts: no --state.directory is given\n")
	none.want(http.MethodPost, "/-/undrain", http.StatusOK, "undrained\n")
	none.want(http.MethodGet, "/metrics", http.StatusOK, "healthcheck_draining 0\n")
	if _, body := none.ask(http.MethodGet, "/metrics"); strings.Contains(body, "healthcheck_state_directory_usable") {
		t.Error("there is a metric about no directory")
	}
	unusable := start(t, checks, func(o *server.Options) { o.Lifecycle, o.StateDirectory = true, "/dev/null/state" })
	unusable.want(http.MethodPost, "/-/drain", http.StatusOK, "drained\nThis ends when the exporter restarts: state directory /dev/null/state: not a directory\n")
	unusable.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, "draining")
	unusable.want(http.MethodPost, "/-/undrain", http.StatusOK, "undrained\nA restart of the exporter may bring it back: state directory /dev/null/state: not a directory\n")
	unusable.want(http.MethodGet, "/metrics", http.StatusOK, "\nhealthcheck_state_directory_usable 0\n")
	unusable.wantStop(nil)
	if n := strings.Count(unusable.log.String(), "level=warn"); n != 1 {
		t.Errorf("%d warnings, want 1:\n%s", n, unusable.log.String())
	}
}
