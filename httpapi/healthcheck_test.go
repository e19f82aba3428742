package httpapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// failed is the result of a plain check that has failed.
func failed(name, output string) *collector.Result {
	r := passed(name)
	r.Passed, r.State, r.Output, r.Reason = false, collector.StateFailed, output, checks.ReasonError
	r.Expires = r.Time.Add(9 * time.Second)
	return r
}

// plain is a report of two checks, one of which has failed.
func plain() *fake {
	return &fake{report: collector.Report{
		Status: collector.StatusFailed, Time: time.Unix(1795335664, 0), Version: 1,
		Results: []*collector.Result{passed("redis"), failed("db", "connection refused")},
	}}
}

func TestEveryMethodGetsItsAnswer(t *testing.T) {
	h := httpapi.Healthcheck(plain(), httpapi.Options{Hostname: "h"})
	want := get(t, h, "/healthcheck")
	for _, c := range []struct {
		method, allow string
		status        int
		body          bool
	}{
		{http.MethodGet, "", 500, true},
		{http.MethodHead, "", 500, false},
		{http.MethodOptions, "GET, HEAD, OPTIONS", 500, true},
	} {
		got := do(t, h, c.method, "/healthcheck")
		if got.Code != c.status || got.Header().Get("Allow") != c.allow {
			t.Errorf("%s: status %d, Allow %q, want %d, %q", c.method, got.Code, got.Header().Get("Allow"), c.status, c.allow)
		}
		if l := got.Header().Get("Content-Length"); l != want.Header().Get("Content-Length") || l != fmt.Sprint(len(want.body)) {
			t.Errorf("%s: Content-Length %s, want that of GET, %d", c.method, l, len(want.body))
		}
		if c.body && got.body != want.body || !c.body && got.body != "" {
			t.Errorf("%s: body %q", c.method, got.body)
		}
		for key, value := range map[string]string{"Cache-Control": "no-store", "Vary": "Accept", "X-Content-Type-Options": "nosniff"} {
			if got.Header().Get(key) != value {
				t.Errorf("%s: %s: %q, want %q", c.method, key, got.Header().Get(key), value)
			}
		}
		for key := range got.Header() {
			if strings.HasPrefix(key, "Access-Control") {
				t.Errorf("%s: has %s", c.method, key)
			}
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "BREW"} {
		got := do(t, h, method, "/healthcheck")
		if got.Code != 405 || got.Header().Get("Allow") != "GET, HEAD, OPTIONS" || !strings.Contains(got.body, `{"error": "method `) {
			t.Errorf("%s: %d, Allow %q, %q", method, got.Code, got.Header().Get("Allow"), got.body)
		}
	}
}

func TestFiltersNarrowAndCanFail(t *testing.T) {
	f := plain()
	f.report.Results[0].Tags = []string{"ready", "cache"}
	h := httpapi.Healthcheck(f, httpapi.Options{Prefix: "/healthcheck"})
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/healthcheck?check=redis", 500, "redis"}, // The fake's status is fixed.
		{"/healthcheck?check=redis&check=db", 500, "redis db"},
		{"/healthcheck?exclude=db", 500, "redis"},
		{"/healthcheck?check=redis&exclude=redis", 404, ""},
		{"/healthcheck?check=redis&exclude=typo", 404, ""},
		{"/healthcheck?tag=ready", 500, "redis"},
		{"/healthcheck?tag=ready&tag=nobody", 500, "redis"}, // A collector knows better.
		{"/healthcheck?tag=ready&check=db", 404, ""},
		{"/healthcheck?check=typo", 404, ""},
		{"/healthcheck?check=", 404, ""},
		{"/healthcheck?check", 404, ""},
		{"/healthcheck?check=redis&check=typo", 404, ""},
		{"/healthcheck?unknown=1&_=2&&", 500, "redis db"},
		{"/healthcheck?Check=redis", 500, "redis db"},
		{"/healthcheck/redis?check=redis", 500, "redis"},
		{"/healthcheck/redis?check=db&check=redis", 500, "redis"},
		{"/healthcheck/redis?check=db", 404, ""},
		{"/healthcheck/redis?check=redis&check=typo", 404, ""},
		{"/healthcheck/redis?tag=ready", 500, "redis"},
		{"/healthcheck/db?tag=ready", 404, ""},
		{"/healthcheck?check=%72edis", 500, "redis"},
		{"/healthcheck?check=%zz", 400, ""},
		{"/healthcheck?%zz", 400, ""},
		{"/healthcheck?check=redis;db", 400, ""},
		{"/healthcheck?format=xml", 400, ""},
		{"/healthcheck?format=", 400, ""},
		{"/healthcheck?format=JSON", 400, ""},
	} {
		res := get(t, h, c.path)
		if got := checkers(t, res); res.Code != c.status || got != c.want {
			t.Errorf("%s: %d, %q, want %d, %q: %s", c.path, res.Code, got, c.status, c.want, res.body)
		}
		if c.want == "" && !strings.HasPrefix(res.body, `{"error": "`) {
			t.Errorf("%s: body %q, want an error as JSON", c.path, res.body)
		}
	}
}

// checkers returns the names of the checks of a JSON answer.
func checkers(t *testing.T, res answer) string {
	t.Helper()
	var body struct{ Results []struct{ Checker string } }
	if err := json.Unmarshal([]byte(res.body), &body); err != nil {
		t.Fatalf("%v: %s", err, res.body)
	}
	var names []string
	for _, r := range body.Results {
		names = append(names, r.Checker)
	}
	return strings.Join(names, " ")
}

func TestStatusSaysWhatTheReportSays(t *testing.T) {
	own := httpapi.Options{
		Success: httpapi.Answer{Status: 202, Header: http.Header{"X-Served-By": {"hc"}, "Content-Length": {"7"}}},
		Failed:  httpapi.Answer{Status: 429, Header: http.Header{"Retry-After": {"9"}}}, DrainingStatus: 404,
	}
	for _, c := range []struct {
		name         string
		status       collector.Status
		draining     string
		o            httpapi.Options
		want         int
		said, header string
	}{
		{"passed", collector.StatusPassed, "", httpapi.Options{}, 200, `"status": "success"`, ""},
		{"degraded", collector.StatusDegraded, "", httpapi.Options{}, 200, `"degraded": true`, ""},
		{"failed", collector.StatusFailed, "", httpapi.Options{}, 500, `"status": "failure"`, ""},
		{"drained", collector.StatusFailed, "deploy", httpapi.Options{}, 503, `], "draining": "deploy"}`, ""},
		{"own passed", collector.StatusPassed, "", own, 202, `"status": "success"`, "X-Served-By"},
		{"own failed", collector.StatusFailed, "", own, 429, `"status": "failure"`, "Retry-After"},
		{"own drained", collector.StatusFailed, "x", own, 404, `"status": "failure"`, "Retry-After"},
		{"out of range", collector.StatusPassed, "", httpapi.Options{Success: httpapi.Answer{Status: 99}}, 200, `"status": "success"`, ""},
	} {
		f := plain()
		f.report.Status, f.report.Draining = c.status, c.draining
		c.o.Prefix = "/healthcheck"
		for _, path := range []string{"/healthcheck", "/healthcheck/redis", "/healthcheck?format=text", "/healthcheck?format=plain", "/healthcheck?format=health+json"} {
			res := get(t, httpapi.Healthcheck(f, c.o), path)
			if res.Code != c.want {
				t.Errorf("%s, %s: status %d, want %d", c.name, path, res.Code, c.want)
			}
			if !strings.Contains(path, "format") && !strings.Contains(res.body, c.said) {
				t.Errorf("%s, %s: body %s, want %s in it", c.name, path, res.body, c.said)
			}
			if c.header != "" && res.Header().Get(c.header) == "" {
				t.Errorf("%s, %s: no %s", c.name, path, c.header)
			}
			if l := res.Header().Get("Content-Length"); l != fmt.Sprint(len(res.body)) {
				t.Errorf("%s, %s: Content-Length %s of %d bytes", c.name, path, l, len(res.body))
			}
		}
	}
}

func TestNoContentHasNoBody(t *testing.T) {
	f := plain()
	f.report.Status = collector.StatusPassed
	server := httptest.NewServer(httpapi.Healthcheck(f, httpapi.Options{Success: httpapi.Answer{Status: 204}}))
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/healthcheck")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Content-Length") != "" {
		t.Errorf("status %d, Content-Length %q", res.StatusCode, res.Header.Get("Content-Length"))
	}
}

func TestABodyThatFailsStillHasTheRightStatus(t *testing.T) {
	for name, body := range map[string]func(collector.Report) ([]byte, error){
		"error": func(collector.Report) ([]byte, error) { return []byte("half"), errors.New("no") },
		"panic": func(collector.Report) ([]byte, error) { panic("no") },
	} {
		o := httpapi.Options{Failed: httpapi.Answer{Status: 555, Header: http.Header{"Content-Type": {"text/x"}}, Body: body}}
		res := get(t, httpapi.Healthcheck(plain(), o), "/healthcheck")
		if res.Code != 555 || checkers(t, res) != "redis db" || res.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s %s", name, res.Code, res.Header().Get("Content-Type"), res.body)
		}
	}
}

func TestUnknownErrorIsNoSuccess(t *testing.T) {
	res := get(t, httpapi.Healthcheck(broken{}, httpapi.Options{}), "/healthcheck")
	if res.Code != 500 || res.body != `{"error": "broken"}` {
		t.Errorf("%d %s", res.Code, res.body)
	}
}

func TestWhatAMiddlewareVariesByIsKept(t *testing.T) {
	h := httpapi.Healthcheck(plain(), httpapi.Options{})
	w := httptest.NewRecorder()
	w.Header().Set("Vary", "Accept-Encoding")
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/healthcheck", nil))
	if got := strings.Join(w.Header()["Vary"], ", "); got != "Accept-Encoding, Accept" {
		t.Errorf("Vary: %s", got)
	}
	w.Header().Add("Vary", "Cookie")
	w.Header().Add("Cache-Control", "private")
	if got := get(t, h, "/healthcheck").Header(); len(got["Vary"]) != 1 || len(got["Cache-Control"]) != 1 {
		t.Errorf("one answer's header is in another's: %v", got)
	}
}

func TestWrongOptionsAreNamedAndNotUsed(t *testing.T) {
	o := httpapi.Options{
		Success: httpapi.Answer{Status: 100, Header: http.Header{"X-Ok": {"fine"}, "": {"x"}, "X Bad": {"x"}, "X-Bad": {"ok", "a\r\nb"}}},
		Failed:  httpapi.Answer{Status: 600, Header: http.Header{"transfer-encoding": {"chunked"}}}, DrainingStatus: -1, UnknownStatus: 100, Format: "xml", Prefix: "healthcheck",
		Sections: []httpapi.Section{{Name: "a"}, {Name: "results"}, {Name: ""}, {Name: "a", Value: 2}, {Name: "b", Value: 1}},
	}
	want := []string{
		"success_status: 100, want 200 to 599", "failed_status: 600, want 200 to 599", "draining_status: -1, want 200 to 599", "unknown_status: 100, want 200 to 599",
		`prefix: "healthcheck", want a path such as /healthcheck`,
		`format: "xml", want json, text, health+json, plain or nagios`,
		"success_headers.: has characters that no header name may have", "success_headers.X Bad: has characters that no header name may have",
		"success_headers.X-Bad: the value has characters that no header may have", "failed_headers.transfer-encoding: is set by the server",
		"sections.results: the name is taken, every answer has such a member", "sections.: has no name", "sections.a: is given twice",
	}
	if err := o.Validate(); err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("Validate: %v", err)
	}
	if err := (httpapi.Options{}).Validate(); err != nil {
		t.Errorf("zero value: %v", err)
	}
	res := get(t, httpapi.Healthcheck(plain(), o), "/healthcheck")
	if res.Code != 500 || !strings.HasSuffix(res.body, `], "a": null, "b": 1}`) {
		t.Errorf("%d %s", res.Code, res.body)
	}
}
