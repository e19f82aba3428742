package server_test

import (
	"bytes"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/state"
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

func TestTheLogSaysHowLongADecisionHolds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	kept := func(o *server.Options) { o.Lifecycle, o.StateDirectory = true, dir }
	first := start(t, "checks: []", kept)
	first.want(http.MethodPost, "/-/drain?reason=deploy", http.StatusOK, "drained\n")
	first.wantStop(nil)
	second := start(t, "checks: []", kept)
	second.want(http.MethodPost, "/-/drain?reason=deploy&for=1h", http.StatusOK, "drained for 1h\n")
	second.wantStop(nil)
	third := start(t, "checks: []", kept)
	third.wantStop(nil)
	const line = `msg="still drained" reason=deploy by="a local client" until=`
	if log := second.log.String(); !strings.Contains(log, line+"undrain\n") {
		t.Errorf("no end of the drain that an operator ends:\n%s", log)
	}
	if log := third.log.String(); !strings.Contains(log, line+"20") {
		t.Errorf("no time at which the drain ends:\n%s", log)
	}
}

func TestResultsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	kept := func(o *server.Options) { o.StateDirectory = filepath.Join(dir, "state") }
	// The second run does not end while anybody asks.
	config := `checks: [{name: a, timeout: 1m, exec: {command: [sh, -c, "test ! -e ran || exec sleep 60; touch ran; echo once"], dir: ` + dir + `}}]`
	for range 2 {
		e := start(t, config, kept)
		e.want(http.MethodGet, "/healthcheck", http.StatusOK, `"output": "once"`)
		e.wantStop(nil)
	}
}

func TestAFaultAtTheStartReleasesTheStateDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	for _, spoil := range []func(e *exporter, o *server.Options){
		func(e *exporter, _ *server.Options) { e.write("healthcheck.yml", "checks: [{name: a, nothing: {}}]") },
		func(_ *exporter, o *server.Options) { o.Listen.Web = []string{"127.0.0.1:http:1"} },
	} {
		e := newExporter(t, "checks: []")
		o := e.options()
		o.StateDirectory = dir
		spoil(e, &o)
		if err := server.Run(t.Context(), o); err == nil {
			t.Fatal("Run returned nil, want the fault")
		}
		next := start(t, "checks: []", func(o *server.Options) { o.StateDirectory = dir })
		next.want(http.MethodGet, "/metrics", http.StatusOK, "\nhealthcheck_state_directory_usable 1\n")
		next.wantStop(nil)
	}
}

func TestWhatHappensToTheStateDirectoryIsLogged(t *testing.T) {
	for want, err := range map[string]error{
		`level=info msg="the state directory is usable again" directory=/state`:                   nil,
		`level=info msg="drain ended before the start" reason=deploy by=ann`:                      state.Ended{Reason: "deploy", By: "ann"},
		`level=info msg="mute ended before the start" check=a reason=moved by=ann`:                state.Ended{Check: "a", Reason: "moved", By: "ann"},
		`level=warn msg="cannot keep all state over a restart" err="no space left on the device"`: errors.New("no space left on the device"),
	} {
		var b bytes.Buffer
		o := server.Options{StateDirectory: "/state"}
		o.Logging.Logger = log.NewLogfmtLogger(&b)
		server.ReportState(o, err)
		if got := strings.TrimSpace(b.String()); got != want {
			t.Errorf("logged %s, want %s", got, want)
		}
	}
}
