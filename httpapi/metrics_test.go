package httpapi_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestAnswersAreCountedByHandlerAndCodeInAClosedSet(t *testing.T) {
	q := httpapi.NewRequests()
	health := q.Wrap("healthcheck", httpapi.Healthcheck(plain(), httpapi.Options{Prefix: "/healthcheck"}))
	get(t, health, "/healthcheck")
	get(t, health, "/healthcheck")
	get(t, health, "/healthcheck/typo")
	do(t, health, "POST", "/healthcheck")
	metrics := q.Wrap("metrics", text("implicit 200"))
	get(t, metrics, "/")
	get(t, q.Wrap("metrics", status(0)), "/")
	get(t, q.Wrap("metrics", status(418)), "/")
	get(t, q.Wrap("metrics", status(599)), "/")
	func() {
		defer func() { recover() }()
		get(t, q.Wrap("metrics", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })), "/")
	}()
	q.Wrap("environment", text(""))
	want := `
# HELP healthcheck_http_requests_total The number of HTTP requests that were answered, by handler and status code (other: any that is not usual here).
# TYPE healthcheck_http_requests_total counter
healthcheck_http_requests_total{code="200",handler="environment"} 0
healthcheck_http_requests_total{code="200",handler="healthcheck"} 0
healthcheck_http_requests_total{code="404",handler="healthcheck"} 1
healthcheck_http_requests_total{code="405",handler="healthcheck"} 1
healthcheck_http_requests_total{code="500",handler="healthcheck"} 2
healthcheck_http_requests_total{code="200",handler="metrics"} 2
healthcheck_http_requests_total{code="other",handler="metrics"} 3
`
	if err := testutil.CollectAndCompare(q, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.CollectAndLint(q); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

func TestCountingHidesNothingOfTheWriter(t *testing.T) {
	var flushed error
	q := httpapi.NewRequests()
	server := httptest.NewServer(q.Wrap("h", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusNotFound)
		flushed = http.NewResponseController(w).Flush()
	})))
	res, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	server.Close() // Returns when the handler has.
	if res.StatusCode != http.StatusNotFound || flushed != nil {
		t.Errorf("status %d, Flush: %v", res.StatusCode, flushed)
	}
	want := `
# HELP healthcheck_http_requests_total The number of HTTP requests that were answered, by handler and status code (other: any that is not usual here).
# TYPE healthcheck_http_requests_total counter
healthcheck_http_requests_total{code="200",handler="h"} 0
healthcheck_http_requests_total{code="404",handler="h"} 1
`
	if err := testutil.CollectAndCompare(q, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

// status answers with itself; 0 says nothing.
type status int

func (s status) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if s != 0 {
		w.WriteHeader(int(s))
	}
}

func TestMetricsAreAlwaysOKAndNegotiated(t *testing.T) {
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "x_total", Help: "An x."})
	counter.Inc()
	registry.MustRegister(counter)
	for name, c := range map[string]struct {
		gatherer   prometheus.Gatherer
		want, said string
	}{
		"whole":  {registry, "x_total 1\n", ""},
		"broken": {gatherer{err: errors.New("no")}, "", "error gathering metrics: no\n"},
		"half":   {gatherer{registry, errors.New("no")}, "x_total 1\n", "error gathering metrics: no\n"},
	} {
		var log lineLog
		h := httpapi.Metrics(c.gatherer, &log)
		res := get(t, h, "/metrics")
		if res.Code != 200 || !strings.HasSuffix(res.body, c.want) || !strings.HasPrefix(res.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
			t.Errorf("%s: %d %s %q", name, res.Code, res.Header().Get("Content-Type"), res.body)
		}
		if cache := res.Header().Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s: Cache-Control %q, want no-store", name, cache)
		}
		if log.String() != c.said {
			t.Errorf("%s: logged %q, want %q", name, log.String(), c.said)
		}
		open := get(t, h, "/metrics", "Accept", "application/openmetrics-text;version=1.0.0")
		if open.Code != 200 || !strings.HasSuffix(open.body, "# EOF\n") || strings.Contains(open.body, "_created") {
			t.Errorf("%s, OpenMetrics: %d %q", name, open.Code, open.body)
		}
		if get(t, httpapi.Metrics(c.gatherer, nil), "/metrics").Code != 200 {
			t.Errorf("%s: not 200 without a log", name)
		}
	}
	h := httpapi.Metrics(registry, nil)
	zipped := get(t, h, "/metrics", "Accept-Encoding", "gzip")
	r, err := gzip.NewReader(strings.NewReader(zipped.body))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || !strings.Contains(string(b), "x_total 1\n") {
		t.Errorf("gzip: %v %q", err, b)
	}
	for _, method := range []string{"POST", "OPTIONS"} {
		if res := do(t, h, method, "/metrics"); res.Code != 405 || res.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, res.Code, res.Header().Get("Allow"))
		}
	}
}

// gatherer gathers what another does, and an error.
type gatherer struct {
	from prometheus.Gatherer
	err  error
}

func (g gatherer) Gather() ([]*dto.MetricFamily, error) {
	if g.from == nil {
		return nil, g.err
	}
	families, _ := g.from.Gather()
	return families, g.err
}

// lineLog is a log.
type lineLog struct{ strings.Builder }

func (l *lineLog) Println(v ...any) { fmt.Fprintln(&l.Builder, v...) }
