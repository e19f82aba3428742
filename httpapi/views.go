package httpapi

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Report returns the report that the handler shows for a request that asks for
// f: its own selection of checks, its drain rule, and no outputs with
// [Options.HideOutput]. It makes a Handler a [Reporter]: an agentcheck.Server
// whose Reporter is a view tells haproxy the state of that view.
func (h *Handler) Report(ctx context.Context, f collector.Filter) (collector.Report, error) {
	rep, err := h.selection.report(ctx, f)
	if err != nil {
		return rep, err
	}
	if h.selection.ignoreDrain {
		rep.Version = 0 // It may be the version of a report that shows the drain.
	}
	if h.hide {
		rep = hidden(rep)
	}
	return rep, nil
}

// Healthy reports whether a request without parameters would now be answered as
// Options.Success describes. If the Reporter has a method Peek, as a
// [collector.Collector] has, Healthy starts no run, waits for none and is not
// counted as an answer.
func (h *Handler) Healthy() bool {
	s := h.selection
	if peeker, can := s.reporter.(peeker); can {
		s.reporter = peeking{peeker}
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	rep, err := s.report(now, collector.Filter{})
	return err == nil && rep.Status != collector.StatusFailed
}

// A peeker returns results as they are. *[collector.Collector] implements it.
type peeker interface {
	Peek(f collector.Filter) (collector.Report, error)
}

// peeking is a Reporter that only peeks.
type peeking struct{ peeker }

// Report implements [Reporter].
func (p peeking) Report(_ context.Context, f collector.Filter) (collector.Report, error) {
	return p.Peek(f)
}

// ViewMetrics returns a collector of healthcheck_view_healthy: whether each view
// would be answered as a success (1) or as a failure (0). Views returns the
// handlers by the names of the views, as in [Options.Views]; it is called for
// each scrape, concurrently.
func ViewMetrics(views func() map[string]*Handler) prometheus.Collector { return viewMetrics(views) }

type viewMetrics func() map[string]*Handler

func viewDesc() *prometheus.Desc {
	return prometheus.NewDesc("healthcheck_view_healthy",
		"Whether the view is answered with its success status (1) or not (0: failed, draining, not yet known).",
		[]string{"view"}, nil)
}

// Describe implements [prometheus.Collector].
func (v viewMetrics) Describe(ch chan<- *prometheus.Desc) { ch <- viewDesc() }

// Collect implements [prometheus.Collector].
func (v viewMetrics) Collect(ch chan<- prometheus.Metric) {
	desc := viewDesc()
	for name, h := range v() {
		value := 0.0
		if h != nil && h.Healthy() {
			value = 1
		}
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, name)
	}
}
