package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func withLifecycle(o *server.Options) { o.Lifecycle = true }

func TestWithoutTheFlagNothingCanBeChanged(t *testing.T) {
	e := start(t, "checks: []", nil)
	for _, path := range []string{"/-/reload", "/-/drain", "/-/undrain"} {
		e.want(http.MethodPost, path, http.StatusForbidden, "start with --web.enable-lifecycle")
	}
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "success")
}

func TestOnlyAPostChangesSomething(t *testing.T) {
	e := start(t, "checks: []", withLifecycle)
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions, http.MethodDelete} {
		e.want(method, "/-/drain", http.StatusMethodNotAllowed, "want POST")
	}
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "success")
}

func TestDrainAndUndrain(t *testing.T) {
	e := start(t, "checks: []", withLifecycle)
	e.want(http.MethodPost, "/-/drain", http.StatusOK, "drained\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "drained by POST /-/drain"`)
	e.want(http.MethodPost, "/-/drain?reason=deploy+of+1.2", http.StatusOK, "drained\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "deploy of 1.2"`)
	e.want(http.MethodPost, "/-/drain?reason="+url.QueryEscape(" a\n\tb\x00 "+strings.Repeat("ü", 200)), http.StatusOK, "drained\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "a b\\x00 `+strings.Repeat(`\u00fc`, 96)+`\u2026"`)
	e.want(http.MethodGet, "/-/healthy", http.StatusOK, "healthy")
	e.want(http.MethodPost, "/-/undrain", http.StatusOK, "undrained\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "success")
	logged := func() bool {
		log := e.log.String()
		return strings.Contains(log, `msg=drained reason="deploy of 1.2"`) && strings.Contains(log, "msg=undrained")
	}
	// The answer may come before its line.
	for end := time.Now().Add(10 * time.Second); !logged(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not logged:\n%s", e.log.String())
		}
	}
}

func TestReloadByRequestSaysWhetherItWorked(t *testing.T) {
	e := start(t, "checks: []", withLifecycle)
	e.write("healthcheck.yml", "checks: [{name: fresh, exec: {command: [echo, hello]}}]")
	e.want(http.MethodPost, "/-/reload", http.StatusOK, "reloaded\n")
	e.want(http.MethodGet, "/healthcheck/fresh", http.StatusOK, "hello")
	e.write("healthcheck.yml", "checks: [{name: fresh, exce: {}}]")
	e.want(http.MethodPost, "/-/reload", http.StatusInternalServerError, `did you mean "exec"?`)
	e.want(http.MethodGet, "/healthcheck/fresh", http.StatusOK, "hello")
	e.want(http.MethodGet, "/metrics", http.StatusOK, "\nhealthcheck_config_last_reload_successful 0\n")
}

func TestAnotherSitesPageChangesNothing(t *testing.T) {
	e := start(t, "checks: []", withLifecycle)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site: cross-site"},
		{"Sec-Fetch-Site: same-site"},
		{"Origin: https://example.org"},
		{"Origin: null"},
	} {
		e.want(http.MethodPost, "/-/drain", http.StatusForbidden, "another origin", headers...)
	}
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "success")
}

func TestAProfileEndsInTime(t *testing.T) {
	e := start(t, "checks: []", func(o *server.Options) { o.Pprof = true })
	begin := time.Now()
	for _, path := range []string{"/debug/pprof/profile?seconds=9999", "/debug/pprof/trace?seconds=9999", "/debug/pprof/heap?seconds=9999"} {
		e.want(http.MethodGet, path, http.StatusBadRequest, "seconds: want at most 15")
	}
	e.want(http.MethodGet, "/debug/pprof/profile?seconds=1", http.StatusOK, "")
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	e.want(http.MethodGet, "/debug/pprof/cmdline", http.StatusNotFound, "")
	e.want(http.MethodGet, "/debug/pprof/", http.StatusOK, "goroutine")
}
