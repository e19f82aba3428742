package instance

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Collector returns the collector, which is the same after every reload.
func (i *Instance) Collector() *collector.Collector { return i.collector }

// Collectors returns the metrics of the configuration and of the build.
func (i *Instance) Collectors() []prometheus.Collector {
	return append(i.metrics.collectors(), i.buildInfo)
}

// Scrub masks the secrets of the configuration in a text.
func (i *Instance) Scrub(text string) string { return i.scrubber.Text(text) }

// Health serves /healthcheck as the configuration in use describes it.
func (i *Instance) Health() http.Handler {
	return i.serve(func(a *answers) http.Handler { return a.health })
}

// Public is Health for clients without authentication: Options.HideOutput
// applies to it.
func (i *Instance) Public() http.Handler {
	return i.serve(func(a *answers) http.Handler { return a.public })
}

// Environment serves /environment as the configuration in use describes it. It
// must be guarded.
func (i *Instance) Environment() http.Handler {
	return i.serve(func(a *answers) http.Handler { return a.environment })
}

// serve serves with a handler of the configuration in use.
func (i *Instance) serve(of func(*answers) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		of(i.current.Load()).ServeHTTP(w, r)
	})
}

// End cancels all runs, and waits for them no longer than the limit. Runs that
// would begin later fail.
func (i *Instance) End(limit time.Duration) { i.runs.End(limit) }
