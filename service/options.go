package service

import (
	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Registry takes collectors and gathers their metrics. *[prometheus.Registry]
// implements it.
type Registry interface {
	prometheus.Registerer
	prometheus.Gatherer
}

// Options are the settings of a [Service]. The zero value is useful.
type Options struct {
	// Collector says how checks run. Its Logger and Scrubber default to the
	// ones below.
	Collector collector.Options
	// Healthcheck describes the answers of /healthcheck. Its Prefix is for the
	// handler that HealthcheckHandler returns; ServeHTTP uses "/healthcheck", and
	// Access for a Trusted that is nil.
	Healthcheck httpapi.Options
	// Views are selections of checks by name, each with an answer of its own. A
	// view is served at /healthcheck?view=NAME and by ViewHandler, and shown as
	// healthcheck_view_healthy. Its Filter must select something of the checks
	// that New gets; an empty Filter.Names that is not nil selects nothing on
	// purpose. Its Prefix and Views are ignored.
	Views map[string]httpapi.Options
	// Environment says what /environment and healthcheck_build_info show.
	Environment envinfo.Options
	// Access says which requests /environment answers in addition to those of
	// local clients. The same requests see the evidence of failed runs.
	Access httpapi.Access

	// Registry is where the metrics are registered and what /metrics shows. Nil
	// means a new one, which also has the Go and process metrics.
	Registry Registry
	// Scrubber masks secrets in outputs, sections and dumps. Nil means a new one
	// with the built-in rules.
	Scrubber *scrub.Scrubber
	// Logger gets changes (warn, info) and runs (debug). Nil means no log. For
	// slog see [collector.SlogLogger].
	Logger log.Logger
}

// withDefaults makes the parts share the scrubber and the logger.
func (o Options) withDefaults() Options {
	if o.Scrubber == nil {
		o.Scrubber = scrub.New(scrub.Rules{})
	}
	if o.Logger == nil {
		o.Logger = log.NewNopLogger()
	}
	if o.Collector.Logger == nil {
		o.Collector.Logger = o.Logger
	}
	if o.Collector.Scrubber == nil {
		o.Collector.Scrubber = o.Scrubber
	}
	if o.Healthcheck.Scrubber == nil {
		o.Healthcheck.Scrubber = o.Scrubber
	}
	if o.Environment.Scrubber == nil {
		o.Environment.Scrubber = o.Scrubber
	}
	return o
}
