package envinfo

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// A BuildInfo is the collector of healthcheck_build_info, a gauge that is
// always 1 and carries [Labels]. It is safe for concurrent use.
//
// It is an unchecked collector: it describes no metric, because Set may change
// the names of the labels. So it can stay registered across a reload, and every
// scrape sees exactly one series, with either the old or the new labels.
type BuildInfo struct {
	metric atomic.Pointer[prometheus.Metric]
}

// NewBuildInfo reads the facts for [Labels] once. It fails if Labels fails.
func NewBuildInfo(o Options) (*BuildInfo, error) {
	b := &BuildInfo{}
	if err := b.Set(o); err != nil {
		return nil, err
	}
	return b, nil
}

// Set replaces the labels, for a reload. If it fails, the labels stay
// unchanged.
func (b *BuildInfo) Set(o Options) error {
	labels, err := Labels(o)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(labels))
	values := make([]string, 0, len(names))
	for _, name := range names {
		values = append(values, labels[name])
	}
	desc := prometheus.NewDesc("healthcheck_build_info",
		"Which program and system this is, always 1.", names, nil)
	m, err := prometheus.NewConstMetric(desc, prometheus.GaugeValue, 1, values...)
	if err != nil {
		return err
	}
	b.metric.Store(&m)
	return nil
}

// Describe sends nothing: see [BuildInfo].
func (b *BuildInfo) Describe(chan<- *prometheus.Desc) {}

// Collect sends the one metric, built when the labels were set.
func (b *BuildInfo) Collect(metrics chan<- prometheus.Metric) { metrics <- *b.metric.Load() }
