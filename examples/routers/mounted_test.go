package routers

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// handlers are what each router mounts.
type handlers struct {
	collector *collector.Collector
	// all shows all checks at any path; byName reads a name below /healthcheck.
	all, byName *httpapi.Handler
	live, ready *httpapi.Handler
}

func newHandlers(t *testing.T) handlers {
	t.Helper()
	c, err := collector.New(collector.Options{},
		checks.Check{Name: "redis", Func: checks.Bool(func() (bool, string) { return true, "redis ok" })},
		checks.Check{Name: "db", Func: checks.Bool(func() (bool, string) { return true, "db ok" })},
	)
	if err != nil {
		t.Fatal(err)
	}
	return handlers{
		collector: c,
		all:       httpapi.Healthcheck(c, httpapi.Options{}),
		byName:    httpapi.Healthcheck(c, httpapi.Options{Prefix: "/healthcheck"}),
		live:      httpapi.Live(c, httpapi.Options{}),
		ready:     httpapi.Ready(c, httpapi.Options{}),
	}
}

// wantAnswers asks a router on which h is mounted: all at /healthz,
// /internal/status and /health/check; live at /health/live, ready at
// /health/ready; byName at /healthcheck and below it; and at /check/{check}
// where the router fills http.Request.PathValue.
func wantAnswers(t *testing.T, router http.Handler, h handlers, pathValue bool) {
	t.Helper()
	server := httptest.NewServer(router)
	defer server.Close()
	want := func(path string, status int, checkers string) {
		t.Helper()
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			got, names := ask(t, method, server.URL+path)
			if got != status || names != checkers {
				t.Errorf("%s %s: status %d, checks %q, want %d, %q", method, path, got, names, status, checkers)
			}
		}
	}
	for _, path := range []string{"/healthz", "/internal/status", "/health/check", "/health/ready", "/healthcheck"} {
		want(path, 200, "redis db")
	}
	want("/health/live", 200, "")
	want("/healthcheck/redis", 200, "redis")
	want("/healthcheck/reddis", 404, "")
	if pathValue {
		want("/check/db", 200, "db")
		want("/check/typo", 404, "")
	}
	h.collector.Drain(errors.New("deploy"))
	want("/health/live", 200, "")
	want("/health/ready", 503, "redis db")
	want("/healthz", 503, "redis db")
}

func ask(t *testing.T, method, url string) (status int, checkers string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body struct{ Results []struct{ Checker string } }
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	var names []string
	for _, r := range body.Results {
		names = append(names, r.Checker)
	}
	return response.StatusCode, strings.Join(names, " ")
}
