package collector

import (
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// rendered is the metrics of a check at one moment, those of one family in the
// order of their labels.
type rendered struct {
	of      *published
	stuck   bool
	samples []*sample
}

// render returns the metrics of e; it reuses them if nothing has changed.
func (c *Collector) render(e *entry) []*sample {
	p, stuck := e.current.Load(), e.line.slot.stuck.Load()
	if r := e.rendered.Load(); r != nil && r.of == p && r.stuck == stuck {
		return r.samples
	}
	r := &rendered{of: p, stuck: stuck, samples: c.samplesOf(e, p)}
	e.rendered.Store(r)
	return r.samples
}

func (c *Collector) samplesOf(e *entry, p *published) []*sample {
	f := &c.families
	check := label("check", e.Name)
	alone := []*dto.LabelPair{check}
	ms := make([]*sample, 0, samplesPerCheck)
	for _, family := range f.all {
		if family.gauge == nil {
			continue
		}
		if v, known := family.gauge(e, p); known {
			ms = append(ms, gauge(family, v, alone...))
		}
	}
	n := e.counters.get()
	ms = append(ms,
		counter(f.runs, float64(n.failed), check, label("result", "failed")),
		counter(f.runs, float64(n.passed), check, label("result", "passed")),
		gauge(f.checkInfo, 1, e.info()...))
	for _, failure := range n.failures {
		ms = append(ms, counter(f.failures, float64(failure.n), check, label("reason", string(failure.reason))))
	}
	if p == nil {
		return ms
	}
	if !p.Passed {
		ms = append(ms, gauge(f.failureInfo, 1, check, label("reason", string(either(p.Reason, checks.ReasonError)))))
	}
	values := slices.SortedFunc(slices.Values(p.Values), func(a, b Value) int { return strings.Compare(a.Name, b.Name) })
	for _, v := range values {
		ms = append(ms, gauge(f.value, v.Value, check, label("name", v.Name)))
	}
	return ms
}

// info returns the labels of healthcheck_check_info, in the order of their names:
// the fixed ones and those that any check of the set has.
func (e *entry) info() []*dto.LabelPair {
	labels := []*dto.LabelPair{
		label("check", e.Name), label("optional", strconv.FormatBool(e.Optional)), label("runbook", e.Runbook),
		label("severity", string(e.Severity)), label("tags", joinTags(e.Tags)), label("type", e.Type),
	}
	for _, name := range e.labelNames {
		labels = append(labels, label(name, e.Labels[name]))
	}
	slices.SortFunc(labels, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
	return labels
}

// joinTags writes tags so that a regular expression finds one: ",a,b,".
func joinTags(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "," + strings.Join(tags, ",") + ","
}

// samplesPerCheck is the number of samples of a check that passed and observed
// nothing.
const samplesPerCheck = 14

// A sample is a metric with a known value. Its output is shared, not built
// again for every scrape. All parts of a sample are adjacent in memory, because
// memory speed limits a scrape of thousands of checks.
type sample struct {
	family *family
	dto.Metric
	gauge dto.Gauge // where Metric.Gauge points to
	value float64   // where the value of the gauge or counter is
}

// Desc implements [prometheus.Metric].
func (s *sample) Desc() *prometheus.Desc { return s.family.desc }

// Write implements [prometheus.Metric].
func (s *sample) Write(out *dto.Metric) error {
	out.Label, out.Gauge, out.Counter = s.Label, s.Gauge, s.Counter
	return nil
}

// gauge makes a sample. Labels are in the order of their names.
func gauge(f *family, v float64, labels ...*dto.LabelPair) *sample {
	s := &sample{family: f, value: v}
	s.gauge.Value = &s.value
	s.Label, s.Gauge = labels, &s.gauge
	return s
}

// counter makes a sample. Labels are in the order of their names.
func counter(f *family, v float64, labels ...*dto.LabelPair) *sample {
	s := &sample{family: f, value: v}
	s.Label, s.Counter = labels, &dto.Counter{Value: &s.value}
	return s
}

func label(name, value string) *dto.LabelPair {
	l := &struct {
		dto.LabelPair
		name, value string
	}{name: name, value: value}
	l.Name, l.Value = &l.name, &l.value
	return &l.LabelPair
}
