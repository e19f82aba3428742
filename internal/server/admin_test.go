package server_test

import (
	"net/http"
	"os"
	"os/user"
	"runtime"
	"strings"
	"testing"
)

func TestTheAdminSocketIsForUserAndGroup(t *testing.T) {
	e := start(t, "checks: []", nil)
	info, err := os.Stat(e.path("admin"))
	if err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("mode %v, %v, want 0660", info.Mode(), err)
	}
}

func TestTheAdminSocketNeedsNoFlagAndKnowsWhoAsks(t *testing.T) {
	e := start(t, "checks: []", nil)
	admin := func(method, path string, status int, part string) {
		t.Helper()
		if got, body := e.askOn("admin", method, path); got != status || !strings.Contains(body, part) {
			t.Errorf("%s %s: %d %q, want %d and %q", method, path, got, body, status, part)
		}
	}
	admin(http.MethodPost, "/-/drain?reason=deploy", http.StatusOK, "drained\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "deploy"`)
	admin(http.MethodGet, "/healthcheck", http.StatusServiceUnavailable, `"draining": "deploy"`)
	admin(http.MethodPost, "/-/undrain", http.StatusOK, "undrained\n")
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "success")
	admin(http.MethodPost, "/-/drain?reason=a%E2%80%8Bb&for=1h", http.StatusOK, "drained for 1h\n")
	admin(http.MethodPost, "/-/drain?for=100ms", http.StatusOK, "drained for 100ms\n")
	e.await("/healthcheck", http.StatusOK, "success")
	admin(http.MethodPost, "/-/drain?for=soon", http.StatusBadRequest, `not done: for: "soon", want a positive duration such as 30m`)
	admin(http.MethodPost, "/-/drain?for=-1s", http.StatusBadRequest, "want a positive duration")
	admin(http.MethodGet, "/-/drain", http.StatusMethodNotAllowed, "want POST")
	admin(http.MethodGet, "/environment", http.StatusNotFound, "")
	e.write("healthcheck.yml", "checks: [{name: a, exce: {}}]")
	admin(http.MethodPost, "/-/reload", http.StatusInternalServerError, `did you mean "exec"?`)
	e.want(http.MethodPost, "/-/drain", http.StatusForbidden, "--web.enable-lifecycle")
	if runtime.GOOS != "linux" {
		return
	}
	self, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	e.wantStop(nil) // The log is complete.
	if log := e.log.String(); !strings.Contains(log, "msg=drained reason=deploy by="+self.Username) {
		t.Errorf("the log does not say who has drained:\n%s", log)
	}
	if log := e.log.String(); !strings.Contains(log, `reason=a\u200bb by=`) {
		t.Errorf("log:\n%s\nwant a zero-width character spelled out", log)
	}
}
