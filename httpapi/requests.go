package httpapi

import (
	"net/http"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/striped"
)

// Requests counts the answers of handlers as healthcheck_http_requests_total.
// It is a [prometheus.Collector]. The zero value is ready to use; a Requests is
// safe for concurrent use.
type Requests struct {
	mu       sync.Mutex
	handlers map[string]*answers

	writers sync.Pool // of *countedWriter
}

// NewRequests returns a Requests whose counters are zero.
func NewRequests() *Requests { return new(Requests) }

func requestsDesc() *prometheus.Desc {
	return prometheus.NewDesc("healthcheck_http_requests_total",
		"The number of HTTP requests that were answered, by handler and status code (other: any that is not usual here).",
		[]string{"handler", "code"}, nil)
}

// countedCodes are the codes with a series of their own. The list is fixed, so
// that no setting adds a series.
var countedCodes = [...]int{200, 304, 400, 401, 403, 404, 405, 500, 503}

// answers counts the answers of one handler; the last counter is for other codes.
type answers [len(countedCodes) + 1]striped.Counter

func (a *answers) add(code int) {
	for i, c := range countedCodes {
		if c == code {
			a[i].Inc()
			return
		}
	}
	a[len(countedCodes)].Inc()
}

// Wrap returns h with its answers counted under the name of a handler. The name
// is a constant of the program, never a part of a request. Several handlers may
// share a name.
func (q *Requests) Wrap(handler string, h http.Handler) http.Handler {
	h = orNotFound(h)
	q.mu.Lock()
	defer q.mu.Unlock()
	counts := q.handlers[handler]
	if counts == nil {
		counts = new(answers)
		if q.handlers == nil {
			q.handlers = map[string]*answers{}
		}
		q.handlers[handler] = counts
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted, ok := q.writers.Get().(*countedWriter)
		if !ok {
			counted = new(countedWriter)
		}
		counted.ResponseWriter = w
		defer func() {
			counts.add(counted.code)
			*counted = countedWriter{}
			q.writers.Put(counted)
		}()
		h.ServeHTTP(counted, r)
		if counted.code == 0 { // net/http sends 200 for a handler that writes nothing; a handler that panics sends no answer.
			counted.code = http.StatusOK
		}
	})
}

// Describe implements [prometheus.Collector].
func (q *Requests) Describe(ch chan<- *prometheus.Desc) { ch <- requestsDesc() }

// Collect implements [prometheus.Collector]. The series for 200 exists from the
// start, the others from the first answer with that code.
func (q *Requests) Collect(ch chan<- prometheus.Metric) {
	desc := requestsDesc()
	q.mu.Lock()
	defer q.mu.Unlock()
	for handler, counts := range q.handlers {
		for i := range counts {
			n, code := counts[i].Load(), "other"
			if i < len(countedCodes) {
				code = strconv.Itoa(countedCodes[i])
			}
			if n > 0 || i == 0 {
				ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n), handler, code)
			}
		}
	}
}

// A countedWriter records the status of an answer.
type countedWriter struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements [http.ResponseWriter].
func (w *countedWriter) WriteHeader(code int) {
	if w.code == 0 && code >= 200 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

// Write implements [http.ResponseWriter].
func (w *countedWriter) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for [http.ResponseController].
func (w *countedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
