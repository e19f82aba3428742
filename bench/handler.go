package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// handlers measures the answer from a warm cache, without a network: the
// handler alone, for 10, 100 and 1,000 checks.
func handlers(b *bench) error {
	for _, n := range []int{10, 100, 1000} {
		c, err := newCollector(n, collector.Options{SuccessTTL: kept})
		if err != nil {
			return err
		}
		health := httpapi.Healthcheck(c, httpapi.Options{})
		contestants := []contestant{
			serving("limit", constant(health), http.MethodGet, "/healthcheck"),
			serving("ours", health, http.MethodGet, "/healthcheck"),
		}
		for _, p := range peers() {
			h, err := p.make(n, kept, func() error { return nil })
			if err != nil {
				return err
			}
			contestants = append(contestants, serving(p.name, h, http.MethodGet, p.target))
		}
		f := race(b.effort, contestants...)
		r := row{work: fmt.Sprintf("answer of %d checks, handler alone", n), ours: f[1].cell(), limit: f[0].cell(), peer: best(f[2:])}
		b.add(
			with(r, atMost(f[1].ratio, 2, 6, "×")),
			row{work: "… its allocations", verdict: atMost(f[1].allocs, 8, 8, "")},
		)
		if n == 10 {
			forms(b, health, f[1])
		}
	}
	return nil
}

// forms measures the other ways to ask, beside the plain GET.
func forms(b *bench, health http.Handler, plain figure) {
	for _, q := range []struct{ method, target string }{
		{http.MethodOptions, "/healthcheck"}, {http.MethodHead, "/healthcheck"},
		{http.MethodGet, "/healthcheck?format=text"},
		{http.MethodGet, "/healthcheck?format=health%2Bjson"},
		{http.MethodGet, "/healthcheck/check_3"},
		{http.MethodGet, "/healthcheck?check=check_3&check=check_4"},
	} {
		f := race(b.effort,
			serving("limit", constant(health), http.MethodGet, "/healthcheck"),
			serving("ours", health, q.method, q.target))
		r := row{work: q.method + " " + q.target, ours: f[1].cell(), limit: f[0].cell()}
		b.add(with(r, atMost(f[1].ratio, 3, 9, "×")))
	}
}

// serving makes a contestant of a handler and a request.
func serving(name string, h http.Handler, method, target string) contestant {
	return asking(name, h, httptest.NewRequest(method, target, nil))
}

// asking makes a contestant that asks h always the same.
func asking(name string, h http.Handler, r *http.Request) contestant {
	w := &discard{header: http.Header{}}
	return contestant{name, func(n int) {
		for range n {
			clear(w.header)
			h.ServeHTTP(w, r)
		}
	}}
}

// constant returns a handler that always writes the body which h gave once, with
// the four headers that every API has: the least that a handler does.
func constant(h http.Handler) http.Handler {
	recorded := httptest.NewRecorder()
	h.ServeHTTP(recorded, httptest.NewRequest(http.MethodGet, "/healthcheck", nil))
	body := recorded.Body.Bytes()
	length := strconv.Itoa(len(body))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", length)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(body) // A client that is gone misses nothing.
	})
}

// discard is a writer that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

func with(r row, v verdict) row {
	r.verdict = v
	return r
}
