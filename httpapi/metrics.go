package httpapi

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// Metrics returns a handler that shows what g gathers, in the format that the
// scraper prefers. It answers GET and HEAD, and always with 200: a collector
// that fails loses its own series but does not fail the scrape. Simultaneous
// scrapes of the same form share one gathering and encoding. Many simultaneous
// scrapes are answered a few at a time, so that they do not take all
// processors. Errors go to errorLog, which may be nil. With a nil Gatherer
// every answer is 500.
func Metrics(g prometheus.Gatherer, errorLog promhttp.Logger) http.Handler {
	missing := isNil(g)
	metrics := newScrapes(promhttp.HandlerFor(lenient{g, errorLog}, promhttp.HandlerOpts{
		ErrorLog:          errorLog,
		ErrorHandling:     promhttp.ContinueOnError,
		EnableOpenMetrics: true,
		CoalesceGather:    true,
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noStore
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuseMethod(w, r, allowRead)
			return
		}
		if missing {
			refuse(w, r, http.StatusInternalServerError, errNoGatherer)
			return
		}
		metrics.ServeHTTP(w, r)
	})
}

// lenient gathers as much as possible and logs the error: promhttp would answer
// 500 if an error left no metrics.
type lenient struct {
	prometheus.Gatherer
	log promhttp.Logger
}

func (l lenient) Gather() ([]*dto.MetricFamily, error) {
	families, err := l.Gatherer.Gather()
	if err != nil && l.log != nil {
		l.log.Println("error gathering metrics:", err)
	}
	return families, nil
}
