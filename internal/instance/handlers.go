package instance

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// Collector returns the collector, which is the same after every reload.
func (i *Instance) Collector() *collector.Collector { return i.collector }

// Collectors returns the metrics of the configuration, of its views and of the
// build.
func (i *Instance) Collectors() []prometheus.Collector {
	views := httpapi.ViewMetrics(func() map[string]*httpapi.Handler { return i.current.value.Load().health.views })
	return append(i.metrics.collectors(), buildInfo{&i.current}, views)
}

// Consistently calls f, and again if a reload happened meanwhile. It is for an f
// that reads values that must belong to one configuration, such as the metrics of
// the checks and of the build.
func (i *Instance) Consistently(f func()) {
	i.current.consistently(func(*configuration) { f() })
}

// Scrub masks the secrets of the configuration in a text.
func (i *Instance) Scrub(text string) string { return i.scrubber.Text(text) }

// Health serves /healthcheck as the configuration in use describes it.
func (i *Instance) Health() http.Handler {
	return i.reports(func(c *configuration) *httpapi.Handler { return c.health.all })
}

// Public is Health for clients without authentication: Options.HideOutput
// applies to it.
func (i *Instance) Public() http.Handler {
	return i.reports(func(c *configuration) *httpapi.Handler { return c.public.all })
}

func (i *Instance) reports(of func(*configuration) *httpapi.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { i.current.serveEpoch(w, r, of) })
}

// Environment serves /environment as the configuration in use describes it. It
// must be guarded.
func (i *Instance) Environment() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var answer held
		i.current.consistently(func(c *configuration) {
			answer = held{header: w.Header().Clone()}
			c.environment.ServeHTTP(&answer, r)
		})
		answer.send(w)
	})
}

// A held buffers a response until it is known to belong to one configuration.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (h *held) Header() http.Header { return h.header }

// WriteHeader implements [http.ResponseWriter].
func (h *held) WriteHeader(status int) { h.status = status }

// Write implements [http.ResponseWriter].
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

func (h *held) send(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range h.header {
		header[name] = values
	}
	if h.status != 0 {
		w.WriteHeader(h.status)
	}
	_, _ = w.Write(h.body.Bytes()) // If the client has gone, the error does not matter.
}

// End cancels all runs and waits at most limit for them to end. Afterwards no
// result is published and no run begins.
func (i *Instance) End(limit time.Duration) {
	i.stop()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_ = i.collector.Wait(ctx) // The remaining runs end with the process.
}
