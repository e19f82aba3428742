package server_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestRunNowAnswersWithTheNewResult(t *testing.T) {
	target := file(t, "")
	e := start(t, `checks: [{name: there, exec: {command: [test, -e, `+target+`]}}, {name: job, heartbeat: {max_age: 1h}}]`,
		func(o *server.Options) { o.Lifecycle = true })
	e.want(http.MethodGet, "/healthcheck/there", http.StatusOK, `"passed": true`)
	if err := os.Remove(target); err != nil {
		t.Fatal(err)
	}
	e.want(http.MethodPost, "/-/run/there", http.StatusOK, "[-] there: ")
	e.want(http.MethodGet, "/healthcheck/there", http.StatusInternalServerError, `"passed": false`)
	e.want(http.MethodPost, "/-/run/there", http.StatusTooManyRequests, `not done: check "there" was run on request less than 5s ago, try again in 5s`)
	e.want(http.MethodPost, "/-/run/job", http.StatusBadRequest, "waits for heartbeats")
	e.want(http.MethodPost, "/-/run/ther", http.StatusNotFound, `not done: unknown check "ther", did you mean "there"?`)
	e.want(http.MethodPost, "/-/run/", http.StatusNotFound, `unknown check ""`)
	e.want(http.MethodPost, "/-/run", http.StatusNotFound, `unknown check ""`)
	e.want(http.MethodPost, "/-/run/there?format=xml", http.StatusBadRequest, `format: "xml", want text or json`)
	e.want(http.MethodGet, "/-/run/there", http.StatusMethodNotAllowed, "want POST")
}

func TestRunNowOfADependentSaysWhyItIsSkippedInJSON(t *testing.T) {
	e := start(t, `checks: [{name: db, exec: {command: ["false"]}}, {name: app, depends_on: [db], exec: {command: ["true"]}}]`, nil)
	status, body := e.askOn("admin", http.MethodPost, "/-/run/app?format=json")
	if status != http.StatusOK || !strings.Contains(body, `"state": "skipped"`) || !strings.Contains(body, `"cause": ["db"]`) {
		t.Errorf("%d %s, want 200 with the state and the cause", status, body)
	}
}

// Evidence is for the clients that /environment answers.
func TestRunNowShowsTheEvidenceOfItsFailure(t *testing.T) {
	const config = `checks: [{name: db, failed_ttl: 0s, exec: {command: [sh, -c, "echo why >&2; exit 3"]}}, {name: app, depends_on: [db], exec: {command: ["true"]}}, {name: ok, exec: {command: ["true"]}}]`
	const text, json = `exit: status 3, stderr begins "why"`, `"evidence": {"last": {`
	for _, c := range []struct {
		check      string
		deny       bool
		text, json bool
	}{{"db", false, true, true}, {"db", true, false, false}, {"app", false, false, false}, {"ok", false, false, false}} {
		for format, want := range map[string]bool{"text": c.text, "json": c.json} {
			e := start(t, config, func(o *server.Options) { o.EnvironmentDeny = c.deny })
			status, body := e.askOn("admin", http.MethodPost, "/-/run/"+c.check+"?format="+format)
			if status != http.StatusOK || (strings.Contains(body, text) || strings.Contains(body, json)) != want {
				t.Errorf("%+v as %s: %d %s", c, format, status, body)
			}
		}
	}
}

func TestRunNowOverTCPNeedsTheFlag(t *testing.T) {
	e := start(t, `checks: [{name: a, exec: {command: ["true"]}}]`, nil)
	e.want(http.MethodPost, "/-/run/a", http.StatusForbidden, "--web.enable-lifecycle")
	if status, body := e.askOn("health", http.MethodPost, "/-/run/a"); status != http.StatusNotFound {
		t.Errorf("on a health listener: %d %s, want 404", status, body)
	}
}

func TestTooSoonSaysWhenToTryAgain(t *testing.T) {
	e := start(t, `checks: [{name: a, exec: {command: ["true"]}}]`, nil)
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "") // Otherwise the request joins the first run.
	for _, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
		response, err := e.client("admin").Post("http://localhost/-/run/a", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		after := response.Header.Get("Retry-After")
		if response.StatusCode != want || (after == "5") != (want == http.StatusTooManyRequests) {
			t.Errorf("status %d, Retry-After %q, want %d", response.StatusCode, after, want)
		}
	}
}

// A deadlineWriter notes the deadline of an answer.
type deadlineWriter struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (w *deadlineWriter) SetWriteDeadline(t time.Time) error {
	w.deadline = t
	return nil
}

func TestAnActionMayTakeAsLongAsTheSlowestCheck(t *testing.T) {
	w := &deadlineWriter{ResponseRecorder: httptest.NewRecorder()}
	server.Posts(ok).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/-/reload", nil))
	if left := time.Until(w.deadline); w.Code != http.StatusOK || left < 5*time.Minute {
		t.Errorf("status %d with %v for the answer, want the longest timeout of a check", w.Code, left)
	}
}
