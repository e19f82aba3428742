package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestAWarmAnswerAllocatesLittleWhateverTheNumberOfChecks(t *testing.T) {
	for _, checks := range []int{10, 100, 1000} {
		for _, path := range []string{"/healthcheck", "/healthcheck?verbose", "/healthcheck?format=text", "/healthcheck?format=health%2Bjson", "/healthcheck/check_3"} {
			h := httpapi.Healthcheck(&warm{manyPassed(checks)}, httpapi.Options{Prefix: "/healthcheck"})
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			w := &discard{header: http.Header{}}
			got := testing.AllocsPerRun(100, func() {
				clear(w.header)
				h.ServeHTTP(w, r)
			})
			if got > 8 {
				t.Errorf("%s of %d checks: %v allocations, want at most 8", path, checks, got)
			}
		}
	}
}

func BenchmarkHealthcheck(b *testing.B) {
	b.Run("limit", func(b *testing.B) {
		body := []byte(`{"status": "success"}`)
		benchmark(b, http.MethodGet, "/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			w.Write(body)
		}))
	})
	for _, checks := range []int{10, 100, 1000} {
		h := httpapi.Healthcheck(&warm{manyPassed(checks)}, httpapi.Options{Prefix: "/healthcheck"})
		for _, q := range []struct{ method, path string }{
			{"GET", "/healthcheck"}, {"OPTIONS", "/healthcheck"}, {"HEAD", "/healthcheck"},
			{"GET", "/healthcheck?format=text"}, {"GET", "/healthcheck?format=health%2Bjson"}, {"GET", "/healthcheck/check_3"}, {"GET", "/healthcheck?tag=a&tag=b"},
		} {
			b.Run(fmt.Sprintf("%s%s/%d", q.method, q.path, checks), func(b *testing.B) { benchmark(b, q.method, q.path, h) })
		}
		routed := httpapi.Routes(map[string]http.Handler{"/healthcheck/": httpapi.NewRequests().Wrap("healthcheck", h)})
		b.Run(fmt.Sprintf("routed/%d", checks), func(b *testing.B) { benchmark(b, "GET", "/healthcheck", routed) })
	}
}

func benchmark(b *testing.B, method, path string, h http.Handler) {
	r := httptest.NewRequestWithContext(b.Context(), method, path, nil)
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		h.ServeHTTP(w, r)
	}
}

// warm reports always the same, at another time, without looking at the filter.
type warm struct{ report collector.Report }

func (f *warm) Report(context.Context, collector.Filter) (collector.Report, error) {
	f.report.Time = f.report.Time.Add(time.Millisecond + time.Microsecond)
	return f.report, nil
}

// discard is a writer that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

func manyPassed(n int) collector.Report {
	rep := collector.Report{Status: collector.StatusPassed, Time: time.Unix(1795335663, 181005000), Version: 1}
	for i := range n {
		rep.Results = append(rep.Results, passed(fmt.Sprintf("check_%d", i)))
	}
	return rep
}

// passed is the result of a plain check.
func passed(name string) *collector.Result {
	at := time.Unix(1795335663, 31951000)
	return &collector.Result{
		Check: name, Passed: true, State: collector.StatePassed, Output: name + " ok", Type: "func",
		Time: at, Expires: at.Add(27 * time.Second), Duration: 312 * time.Microsecond,
		Since: at.Add(-time.Hour), LastSuccess: at,
	}
}
