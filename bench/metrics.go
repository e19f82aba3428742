package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// metrics measures a scrape of our families alone, written as text: gathered by
// the Collector itself, by a registry in which an embedder has registered it,
// and by a registry with the reference in it.
func metrics(b *bench) error {
	for _, n := range []int{10, 100, 1000} {
		c, err := newCollector(n, collector.Options{SuccessTTL: kept})
		if err != nil {
			return err
		}
		own, embedder, plain := prometheus.Gatherer(c), prometheus.NewRegistry(), prometheus.NewRegistry()
		embedder.MustRegister(c)
		plain.MustRegister(newReference(c))
		if err := sameSeries(own, plain); err != nil {
			return err
		}
		f := race(b.effort, scraping("reference", plain), scraping("ours", own), scraping("embedder", embedder))
		b.add(scrapeRow(fmt.Sprintf("/metrics of %d checks", n), f[0], f[1], 0.3, 0.1, n >= 100)...)
		b.add(scrapeRow(fmt.Sprintf("… in an embedder's registry, %d checks", n), f[0], f[2], 0.8, 0.25, n >= 100)...)
		if n == 1000 {
			gzipped(b, own, f[1])
			together(b, own)
		}
	}
	return nil
}

// replicas are how many scrape at once.
const replicas = 50

// together counts how often replicas that scrape at once make us gather: the
// first gathering lasts until all of them are there. A scraper never joins a
// gathering that has begun, so one for the first and one for the rest are two.
func together(b *bench, own prometheus.Gatherer) {
	var asking, gatherings atomicCount
	page := httpapi.Metrics(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		gatherings.Add(1)
		for until := time.Now().Add(time.Second); asking.Load() < replicas && time.Now().Before(until); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(20 * time.Millisecond) // From being counted to asking is a moment.
		return own.Gather()
	}), nil)
	rush := func() {
		var all sync.WaitGroup
		for range replicas {
			all.Go(func() {
				asking.Add(1)
				page.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil))
			})
		}
		all.Wait()
	}
	rush()
	b.add(row{
		work: fmt.Sprintf("… gatherings for %d replicas that scrape at once", replicas), limit: "2",
		peer: fmt.Sprintf("%d where each gathers", replicas), verdict: atMost(float64(gatherings.Load()), 2, replicas/2, ""),
	})
}

// scrapeRow judges a scrape against the reference's: its time and allocations.
func scrapeRow(work string, reference, ours figure, time, allocs float64, judged bool) []row {
	r := row{work: work, ours: ours.cell(), limit: "reference " + reference.cell()}
	garbage := row{work: "… its allocations"}
	share := ours.allocs / reference.allocs
	r.verdict, garbage.verdict = atMost(ours.ratio, time, 2*time, "×"), atMost(share, allocs, 1.5*allocs, "×")
	if !judged {
		r.verdict, garbage.verdict = reported(ours.ratio, "×"), reported(share, "×")
	}
	return []row{r, garbage}
}

// gzipped measures what the compression of a page costs, which scrapers ask for.
func gzipped(b *bench, own prometheus.Gatherer, plain figure) {
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	f := race(b.effort, scraping("plain", own), asking("gzip", httpapi.Metrics(own, nil), r))
	b.add(with(row{work: "… gzipped, 1000 checks", ours: f[1].cell(), limit: "not gzipped " + plain.cell()}, reported(f[1].ratio, "×")))
}

func scraping(name string, g prometheus.Gatherer) contestant {
	return asking(name, httpapi.Metrics(g, nil), httptest.NewRequest(http.MethodGet, "/metrics", nil))
}

// sameSeries is an error when two gatherers have not as many series.
func sameSeries(a, b prometheus.Gatherer) error {
	count := func(g prometheus.Gatherer) (n int) {
		families, err := g.Gather()
		if err != nil {
			return -1
		}
		for _, f := range families {
			n += len(f.GetMetric())
		}
		return n
	}
	if ours, theirs := count(a), count(b); ours != theirs || ours < 0 {
		return fmt.Errorf("%d series of ours and %d of the reference, want as many", ours, theirs)
	}
	return nil
}
