package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

const twoChecks = `checks: [{name: a, exec: {command: ["true"]}}, {name: b, exec: {command: ["true"]}}]`

func TestDiffAnswersWithTheChangesAndTheFailures(t *testing.T) {
	e := start(t, twoChecks, nil)
	want := func(status int, body string) {
		t.Helper()
		if got, text := e.askOn("admin", http.MethodPost, "/-/diff"); got != status || text != body {
			t.Errorf("%d\n%swant %d\n%s", got, text, status, body)
		}
	}
	want(http.StatusOK, "no difference\n")
	e.write("healthcheck.yml", `checks: [{name: a, timeout: 2s, exec: {command: ["true"]}}, {name: c, exec: {command: ["true"]}}]`)
	want(http.StatusOK, "+ c\n- b\n~ a: timeout\nfirst runs: 1 of 1 passed\n")
	e.write("healthcheck.yml", `checks: [{name: a, exec: {command: ["false"]}}, {name: b, exec: {command: ["true"]}}, {name: c, optional: true, exec: {command: ["false"]}}]`)
	want(http.StatusConflict, "+ c\n~ a: exec.command\nfirst runs: 0 of 2 passed\n[-] a: exit status 1\n[-] c: exit status 1 (optional)\nthe reload would turn the service from healthy to failed: a\n")
	e.want(http.MethodGet, "/healthcheck?format=text", http.StatusOK, "[+] b")
	e.write("healthcheck.yml", `checks: [{name: a, exec: {command: ["false"]}}, {name: b, exec: {command: ["true"]}}]`)
	want(http.StatusConflict, "~ a: exec.command\nfirst runs: 0 of 1 passed\n[-] a: exit status 1\nthe reload would turn the service from healthy to failed: a\n")
	e.write("healthcheck.yml", `checks: [{name: a, exec: {command: ["true"]}}]`)
	want(http.StatusOK, "- b\n") // Nothing runs.
	e.write("healthcheck.yml", "checks: [{name: a, exce: {}}]")
	if status, body := e.askOn("admin", http.MethodPost, "/-/diff"); status != http.StatusInternalServerError || !strings.Contains(body, `not done: `+e.path("healthcheck.yml")+`:1: `) {
		t.Errorf("%d %s, want the fault and its line", status, body)
	}
	e.want(http.MethodPost, "/-/diff", http.StatusForbidden, "--web.enable-lifecycle")
}

func TestThePageSaysThatTheLastReloadFailedUntilOneSucceeds(t *testing.T) {
	e := start(t, twoChecks, func(o *server.Options) { o.Lifecycle = true })
	const banner = "the previous configuration is in use"
	page := func(path string, want bool) {
		t.Helper()
		if _, body := e.ask(http.MethodGet, path); strings.Contains(body, banner) != want {
			t.Errorf("%s says that a reload has failed: %v, want %v", path, !want, want)
		}
	}
	page("/", false)
	e.write("healthcheck.yml", "checks: [{name: a, exce: {}}]")
	e.want(http.MethodPost, "/-/reload", http.StatusInternalServerError, "exce")
	page("/", true)
	page("/checks/a", true)
	e.want(http.MethodGet, "/", http.StatusOK, "did you mean")
	e.write("healthcheck.yml", twoChecks)
	e.want(http.MethodPost, "/-/reload", http.StatusOK, "reloaded")
	page("/", false)
}

func TestWatchReloadsByItself(t *testing.T) {
	e := start(t, twoChecks, func(o *server.Options) { o.Watch = true })
	e.write("healthcheck.yml", `checks: [{name: c, exec: {command: ["true"]}}]`)
	for range 100 {
		time.Sleep(50 * time.Millisecond)
		if _, body := e.ask(http.MethodGet, "/healthcheck?format=text"); strings.Contains(body, "[+] c") {
			return
		}
	}
	t.Error("the new file is not in use after five seconds")
}
