package httpapi

import (
	"net/http"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/striped"
)

// Requests counts the answers of handlers as healthcheck_http_requests_total.
// It is a [prometheus.Collector], and safe for concurrent use.
type Requests struct {
	desc *prometheus.Desc

	mu       sync.Mutex
	handlers map[string]*answers

	writers sync.Pool // of *countedWriter
}

// NewRequests returns a Requests that has counted nothing.
func NewRequests() *Requests {
	return &Requests{
		desc: prometheus.NewDesc("healthcheck_http_requests_total",
			"The number of HTTP requests that were answered, by handler and status code (other: any that is not usual here).",
			[]string{"handler", "code"}, nil),
		handlers: map[string]*answers{},
	}
}

// countedCodes are the codes that are counted by themselves: a closed set, so
// that no setting makes a series of its own.
var countedCodes = [...]int{200, 304, 400, 401, 403, 404, 405, 500, 503}

// answers counts the answers of one handler; the last place is for others.
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

// Wrap returns h with its answers counted under the name of a handler, which
// is a word of the program and nothing that a request says. The same name may
// be used for several.
func (q *Requests) Wrap(handler string, h http.Handler) http.Handler {
	q.mu.Lock()
	defer q.mu.Unlock()
	counts := q.handlers[handler]
	if counts == nil {
		counts = new(answers)
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
		if counted.code == 0 { // A handler that says nothing and returns has said 200; one that panics has not answered.
			counted.code = http.StatusOK
		}
	})
}

// Describe implements [prometheus.Collector].
func (q *Requests) Describe(ch chan<- *prometheus.Desc) { ch <- q.desc }

// Collect implements [prometheus.Collector]. The count of 200 is there from the
// start, the others once there is something to count.
func (q *Requests) Collect(ch chan<- prometheus.Metric) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for handler, counts := range q.handlers {
		for i := range counts {
			n, code := counts[i].Load(), "other"
			if i < len(countedCodes) {
				code = strconv.Itoa(countedCodes[i])
			}
			if n > 0 || i == 0 {
				ch <- prometheus.MustNewConstMetric(q.desc, prometheus.CounterValue, float64(n), handler, code)
			}
		}
	}
}

// A countedWriter remembers the status of an answer.
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
