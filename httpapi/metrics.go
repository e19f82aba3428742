package httpapi

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// Metrics shows what g gathers, in the format that the scraper prefers. It
// answers GET and HEAD, and always with 200: a collector that fails costs its
// own series, not the scrape. Scrapers that come together share one gathering.
// Errors are told to errorLog, which may be nil.
func Metrics(g prometheus.Gatherer, errorLog promhttp.Logger) http.Handler {
	metrics := promhttp.HandlerFor(lenient{g, errorLog}, promhttp.HandlerOpts{
		ErrorLog:          errorLog,
		ErrorHandling:     promhttp.ContinueOnError,
		EnableOpenMetrics: true,
		CoalesceGather:    true,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noStore
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuseMethod(w, r, allowRead)
			return
		}
		metrics.ServeHTTP(w, r)
	})
}

// lenient gathers what can be gathered. Its errors end here: promhttp would
// make a 500 of one that leaves nothing.
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
