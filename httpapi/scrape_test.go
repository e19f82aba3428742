package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// A slowGatherer takes a while to gather two families, x_total and y, whose
// value is the number of the gathering.
type slowGatherer struct {
	takes    time.Duration
	times    atomic.Int64
	underWay atomic.Int64
	most     atomic.Int64
}

func (g *slowGatherer) Gather() ([]*dto.MetricFamily, error) {
	g.most.Store(max(g.most.Load(), g.underWay.Add(1)))
	defer g.underWay.Add(-1)
	n := float64(g.times.Add(1))
	time.Sleep(g.takes)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "x_total", Help: "An x."}, func() float64 { return n }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "y", Help: "A y."}, func() float64 { return n }),
	)
	return registry.Gather()
}

// scrape returns an answer and how long it took.
func scrape(t *testing.T, h http.Handler, target string, headers ...string) (body string, took time.Duration) {
	t.Helper()
	begin := time.Now()
	res := get(t, h, target, headers...)
	if res.Code != http.StatusOK {
		t.Errorf("%s: %d %q", target, res.Code, res.body)
	}
	return res.body, time.Since(begin)
}

func TestAScraperJoinsOnlyAnEncodingThatHasNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &slowGatherer{takes: 10 * time.Millisecond}
		h := httpapi.Metrics(g, nil)
		var scrapers sync.WaitGroup
		scrapers.Go(func() {
			if body, _ := scrape(t, h, "/metrics"); !strings.Contains(body, "x_total 1\n") {
				t.Errorf("the first: %s", body)
			}
		})
		synctest.Wait()
		for range 19 {
			scrapers.Go(func() {
				if body, _ := scrape(t, h, "/metrics"); !strings.Contains(body, "x_total 2\n") {
					t.Errorf("one that came while the first was under way: %s", body)
				}
			})
		}
		scrapers.Wait()
		if n := g.times.Load(); n != 2 {
			t.Errorf("%d gatherings for 20 scrapers, want 2", n)
		}
	})
}

func TestScrapersThatHaveWaitedAreAnsweredLittleByLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const takes = 10 * time.Millisecond
		g := &slowGatherer{takes: takes}
		h := httpapi.Metrics(g, nil)
		var mu sync.Mutex
		var waited []time.Duration
		var scrapers sync.WaitGroup
		scrapers.Go(func() { scrape(t, h, "/metrics") })
		synctest.Wait()
		for range 10 {
			scrapers.Go(func() {
				_, took := scrape(t, h, "/metrics")
				mu.Lock()
				defer mu.Unlock()
				waited = append(waited, took-2*takes)
			})
		}
		scrapers.Wait()
		slices.Sort(waited)
		const ms = time.Millisecond
		if want := []time.Duration{0, 0, 0, 0, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 4 * ms, 4 * ms}; !slices.Equal(waited, want) {
			t.Errorf("answered %v after the encoding, want %v", waited, want)
		}
	})
}

func TestASingleScraperIsNotHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const takes = 10 * time.Millisecond
		h := httpapi.Metrics(&slowGatherer{takes: takes}, nil)
		for range 10 {
			if _, took := scrape(t, h, "/metrics"); took != takes {
				t.Errorf("took %v, want %v", took, takes)
			}
		}
	})
}

// However many scrapers there are, gathering and encoding take about a quarter
// of the time, and each scraper is answered again and again.
func TestAFloodOfScrapesLeavesTheProcessorToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const clients, takes, lasts = 400, 20 * time.Millisecond, 5 * time.Second
		g := &slowGatherer{takes: takes}
		h := httpapi.Metrics(g, nil)
		ctx, cancel := context.WithTimeout(t.Context(), lasts)
		defer cancel()
		answers := make([]int, clients)
		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				for ctx.Err() == nil {
					scrape(t, h, "/metrics")
					answers[i]++
				}
			})
		}
		all.Wait()
		busy := float64(g.times.Load()) * takes.Seconds() / lasts.Seconds()
		if busy > 0.27 {
			t.Errorf("%d gatherings: %.0f %% of the time, want at most 27 %%", g.times.Load(), 100*busy)
		}
		if g.most.Load() > 1 {
			t.Errorf("%d gatherings at a time, want 1", g.most.Load())
		}
		if fewest := slices.Min(answers); fewest < 8 {
			t.Errorf("a client got %d answers in 5s, want at least 8", fewest)
		}
	})
}

func TestAScraperThatLeavesHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := httpapi.Metrics(&slowGatherer{takes: time.Second}, nil)
		var scrapers sync.WaitGroup
		for range 6 {
			scrapers.Go(func() { scrape(t, h, "/metrics") })
			scrapers.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				begin := time.Now()
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/metrics", nil))
				if took := time.Since(begin); took != 100*time.Millisecond {
					t.Errorf("a scraper that left after 100ms was held for %v", took)
				}
			})
		}
		scrapers.Wait()
	})
}

func TestFormsAreNotMixed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := httpapi.Metrics(&slowGatherer{takes: time.Millisecond}, nil)
		var scrapers sync.WaitGroup
		for range 20 {
			for name, test := range map[string]struct{ headers []string }{
				"text":        {nil},
				"no gzip":     {[]string{"Accept-Encoding", "gzip;q=0, br"}},
				"gzip":        {[]string{"Accept-Encoding", "br, gzip;q=0.5"}},
				"OpenMetrics": {[]string{"Accept", "application/openmetrics-text;version=1.0.0"}},
			} {
				scrapers.Go(func() {
					res := get(t, h, "/metrics", test.headers...)
					zipped, open := res.Header().Get("Content-Encoding") == "gzip", strings.HasPrefix(res.Header().Get("Content-Type"), "application/openmetrics-text")
					if zipped != (name == "gzip") || open != (name == "OpenMetrics") || zipped != strings.HasPrefix(res.body, "\x1f\x8b") || open != strings.HasSuffix(res.body, "# EOF\n") {
						t.Errorf("%s: %v", name, res.Header())
					}
					if got := res.Header().Get("Content-Length"); got != fmt.Sprint(len(res.body)) {
						t.Errorf("%s: Content-Length %s of %d bytes", name, got, len(res.body))
					}
				})
			}
		}
		scrapers.Wait()
	})
}

func TestASelectionOfFamiliesGoesItsOwnWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &slowGatherer{takes: 10 * time.Millisecond}
		h := httpapi.Metrics(g, nil)
		var scrapers sync.WaitGroup
		for range 20 {
			for _, name := range []string{"x_total", "y"} {
				scrapers.Go(func() {
					body, _ := scrape(t, h, "/metrics?name[]="+name)
					if strings.Contains(body, "\nx_total ") != (name == "x_total") || strings.Contains(body, "\ny ") != (name == "y") {
						t.Errorf("%s: %s", name, body)
					}
				})
			}
		}
		scrapers.Wait()
		if most := g.most.Load(); most > 2 {
			t.Errorf("%d gatherings at a time, want at most 2", most)
		}
	})
}

func TestHeadHasTheLengthAndNoBody(t *testing.T) {
	h := httpapi.Metrics(&slowGatherer{}, nil)
	full, head := get(t, h, "/metrics"), do(t, h, http.MethodHead, "/metrics")
	if length := head.Header().Get("Content-Length"); head.body != "" || length != fmt.Sprint(len(full.body)) {
		t.Errorf("HEAD: Content-Length %s and %q, want %d and nothing", length, head.body, len(full.body))
	}
}

// panicking is a broken Gatherer.
type panicking struct{}

func (panicking) Gather() ([]*dto.MetricFamily, error) { panic("broken") }

func TestAGathererThatPanicsHoldsUpNobody(t *testing.T) {
	h := httpapi.Metrics(panicking{}, nil)
	var scrapers sync.WaitGroup
	for range 10 {
		scrapers.Go(func() {
			if res := get(t, h, "/metrics"); res.Code != http.StatusInternalServerError {
				t.Errorf("%d, want %d", res.Code, http.StatusInternalServerError)
			}
		})
	}
	scrapers.Wait()
}
