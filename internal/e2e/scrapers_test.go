//go:build linux

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// manyChecks are n TCP checks of one server.
func manyChecks(n int, address string) string {
	var b strings.Builder
	b.WriteString("global: {success_ttl: 5s}\nchecks:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {name: service-%d, tcp: {address: %q}}\n", i, address)
	}
	return b.String()
}

// Clients that scrape without a pause delay no health check, fail no check, and
// take no memory each.
func TestAFloodOfScrapesDelaysNoHealthCheck(t *testing.T) {
	checks, scrapers, lasts := form(200, 1000), form(100, 400), form(3*time.Second, time.Minute)
	target := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(target.Close)
	e := start(t, manyChecks(checks, target.Listener.Addr().String()), "--web.max-connections=2000")
	b := balance(t, fmt.Sprintf(`
backend exporter
    option httpchk /healthcheck
    server s APP check addr 127.0.0.1 port %s inter 500ms fall 2
`, portOf(e.Addr)))
	b.waitFor(t, "UP")
	quiet := times(t, e.Addr, "/healthcheck", 2*time.Second, &mishaps{})

	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var scraped atomic.Int64
	client := &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: scrapers}}
	for range scrapers {
		all.Go(func() {
			for ctx.Err() == nil {
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/metrics", nil)
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Accept-Encoding", "gzip")
				response, err := client.Do(request)
				if err != nil {
					if !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				scraped.Add(1)
			}
		})
	}
	var wrong mishaps
	took := times(t, e.Addr, "/healthcheck", lasts, &wrong)
	cancel()
	all.Wait()
	client.CloseIdleConnections()

	g, s := metricsOf(t, e), b.servers(t)["exporter/s"]
	failed, peak := g.sum("healthcheck_runs_total", "result", "failed"), status(t, e.PID(), "VmHWM")
	if wrong.n.Load() > 0 || failed > 0 || s.downs != "0" {
		t.Errorf("errors of health checks: %v; %v runs failed; haproxy: %s times DOWN (%s)", &wrong, failed, s.downs, s.why)
	}
	if most := form(time.Second, 10*time.Millisecond); quantile(took, 0.99) > most {
		t.Errorf("99 %% of the health answers take up to %v, want at most %v", quantile(took, 0.99), most)
	}
	if most := form(200e6, 80e6); peak > most {
		t.Errorf("%s of memory, want at most %s", mib(peak), mib(most))
	}
	record(t, "scrapers",
		fmt.Sprintf("- %d checks, %d clients that scrape with gzip for %v: %d scrapes; health answers within %v (half) and %v (99 %%), without the clients %v and %v",
			checks, scrapers, lasts, scraped.Load(), quantile(took, 0.5), quantile(took, 0.99), quantile(quiet, 0.5), quantile(quiet, 0.99)),
		fmt.Sprintf("- %v runs failed; haproxy (500ms, fall 2): %s times DOWN; %s of memory at most", failed, s.downs, mib(peak)))
}

// Clients that never read their metrics delay no health check.
func TestScrapersThatNeverReadDelayNoHealthCheck(t *testing.T) {
	checks, clients, lasts := form(200, 1000), form(100, 500), form(2*time.Second, 30*time.Second)
	target := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(target.Close)
	e := start(t, manyChecks(checks, target.Listener.Addr().String()), "--web.max-connections=2000")
	ctx, cancel := context.WithCancel(t.Context())
	var f flood
	request := "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"
	f.add(ctx, clients, e.Addr, strings.Repeat(request, 20), request)
	time.Sleep(time.Second)
	var wrong mishaps
	took := times(t, e.Addr, "/healthcheck", lasts, &wrong)
	cancel()
	f.all.Wait()
	if wrong.n.Load() > 0 {
		t.Errorf("errors of health checks: %v", &wrong)
	}
	if slowest, most := quantile(took, 1), form(2*time.Second, 200*time.Millisecond); slowest > most {
		t.Errorf("a health answer took %v, want at most %v", slowest, most)
	}
	record(t, "scrapers that never read", fmt.Sprintf("- %d clients: the slowest of %d health answers took %v", clients, len(took), quantile(took, 1)))
}
