package server

import (
	"errors"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	promcollectors "github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
)

// gatherer returns all metrics of the program.
func (d *daemon) gatherer() prometheus.Gatherer {
	registry := prometheus.NewRegistry()
	registry.MustRegister(d.requests)
	registry.MustRegister(d.instance.Collectors()...)
	registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "healthcheck_log_lines_dropped_total",
		Help: "Total number of log lines that were dropped because their reader was too slow or gone.",
	}, func() float64 { return float64(d.Queue.Dropped()) }))
	if d.state != nil {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "healthcheck_state_directory_usable",
			Help: "Whether drain, mutes and results can be kept over a restart (1) or not (0).",
		}, func() float64 {
			if d.state.Usable() {
				return 1
			}
			return 0
		}))
	}
	if d.ExporterMetrics {
		registry.MustRegister(
			promcollectors.NewGoCollector(),
			promcollectors.NewProcessCollector(promcollectors.ProcessCollectorOpts{}),
		)
	}
	return consistent{d.instance, disjoint{d.instance.Collector(), registry}}
}

// disjoint gathers from several gatherers that have no family in common. The
// collector returns its thousands of series as they are stored; a registry would
// validate each series again at every scrape.
type disjoint []prometheus.Gatherer

// Gather implements [prometheus.Gatherer].
func (d disjoint) Gather() ([]*dto.MetricFamily, error) {
	var all []*dto.MetricFamily
	var errs []error
	for _, g := range d {
		families, err := g.Gather()
		all, errs = append(all, families...), append(errs, err)
	}
	slices.SortFunc(all, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
	return all, errors.Join(errs...)
}

// consistent gathers again if a reload happened in between, so that a scrape does
// not mix two configurations.
type consistent struct {
	instance *instance.Instance
	next     prometheus.Gatherer
}

// Gather implements [prometheus.Gatherer].
func (c consistent) Gather() (families []*dto.MetricFamily, err error) {
	c.instance.Consistently(func() { families, err = c.next.Gather() })
	return families, err
}
