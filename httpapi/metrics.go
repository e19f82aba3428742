package httpapi

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// Metrics returns a handler that shows what g gathers, in the format that the
// scraper prefers. It answers GET and HEAD, and always with 200: a collector that
// fails costs its own series, not the scrape. Simultaneous scrapes of one form
// share one gathering and encoding, and a flood of them is answered little by
// little, so that it takes the processors away from nothing else. Errors go to errorLog, which may be nil. With a nil Gatherer every
// answer is 500.
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

// lenient gathers what can be gathered and logs the error: promhttp would answer
// 500 if the error left nothing.
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
