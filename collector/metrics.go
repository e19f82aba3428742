package collector

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A family is one metric of all checks, or of the collector as a whole.
type family struct {
	name, help string
	kind       dto.MetricType
	labels     []string
	// gauge is the value for a check, where that is all there is to it.
	gauge func(*track, *published) (v float64, known bool)

	desc  *prometheus.Desc
	index int // in the order of names
}

// families is every metric of the collector. The values of a check are built
// when they are first collected after a change, and handed out as they are.
type families struct {
	all []*family // in the order of names

	runs, failures, failureInfo, checkInfo, value *family
	healthy, degraded, draining, requests         *family
	durations                                     *family
}

func newFamilies() families {
	f := families{
		runs:        counterFamily("runs_total", "Total number of finished runs of the check.", "check", "result"),
		failures:    counterFamily("failures_total", "Total number of failed runs of the check by reason.", "check", "reason"),
		failureInfo: gaugeFamily("failure_info", "A metric with the constant value 1 while the check has not passed, labelled with the reason.", "check", "reason"),
		checkInfo:   gaugeFamily("check_info", "A metric with the constant value 1, labelled with what is configured for the check.", "check", "type", "optional", "tags", "runbook"),
		value:       gaugeFamily("value", "A value that the last run of the check has measured; its unit is the end of its name.", "check", "name"),
		healthy:     gaugeFamily("healthy", "Whether an unfiltered health request is answered with the success status (1), or failed, draining or not yet known (0)."),
		degraded:    gaugeFamily("degraded", "Whether all is passed but something warns or an optional check has not passed (1) or not (0)."),
		draining:    gaugeFamily("draining", "Whether the service has been taken out by draining (1) or not (0)."),
		requests:    counterFamily("cache_requests_total", "Total number of answers by where they came from.", "outcome"),
		durations:   &family{name: "healthcheck_run_duration_seconds", help: "Durations of the runs of the check.", kind: dto.MetricType_HISTOGRAM},
	}
	f.all = []*family{
		f.runs, f.failures, f.failureInfo, f.checkInfo, f.value, f.healthy, f.degraded, f.draining, f.requests, f.durations,
		checkGauge("passed", "Whether the last result of the check passed (1) or not (0), before thresholds.", passed),
		checkGauge("warning", "Whether the last result of the check passed with a warning (1) or not (0).", warned),
		checkGauge("state", "Whether the check has passed (1), or failed or been skipped (0), after thresholds.", state),
		checkGauge("duration_seconds", "Duration of the last run of the check.", duration),
		checkGauge("last_run_timestamp_seconds", "End of the last run of the check in Unix time.", lastRun),
		checkGauge("last_success_timestamp_seconds", "End of the last run of the check that passed in Unix time.", lastSuccess),
		checkGauge("last_change_timestamp_seconds", "When the state of the check last changed in Unix time.", lastChange),
		checkGauge("consecutive_failures", "Number of runs of the check that have failed since one has passed.", failuresInARow),
		checkGauge("run_stuck", "Whether a run of the check that was given up has not returned (1) or none is (0).", stuck),
	}
	slices.SortFunc(f.all, func(a, b *family) int { return strings.Compare(a.name, b.name) })
	for i, family := range f.all {
		family.index = i
		family.desc = prometheus.NewDesc(family.name, family.help, family.labels, nil)
	}
	return f
}

func gaugeFamily(name, help string, labels ...string) *family {
	return &family{name: "healthcheck_" + name, help: help, kind: dto.MetricType_GAUGE, labels: labels}
}

func counterFamily(name, help string, labels ...string) *family {
	return &family{name: "healthcheck_" + name, help: help, kind: dto.MetricType_COUNTER, labels: labels}
}

func checkGauge(name, help string, value func(*track, *published) (float64, bool)) *family {
	f := gaugeFamily(name, help, "check")
	f.gauge = value
	return f
}

func passed(_ *track, p *published) (float64, bool) { return number(p != nil && p.Passed), p != nil }
func warned(_ *track, p *published) (float64, bool) {
	return number(p != nil && p.Warning != ""), p != nil
}
func stuck(t *track, _ *published) (float64, bool) { return number(t.deaf.Load()), true }
func lastRun(_ *track, p *published) (float64, bool) {
	return moment(p, func() time.Time { return p.lastRun })
}

func state(_ *track, p *published) (float64, bool) {
	return number(p != nil && p.State == StatePassed), p != nil
}

func duration(_ *track, p *published) (float64, bool) {
	if p == nil || p.lastRun.IsZero() {
		return 0, false
	}
	return p.lastDuration.Seconds(), true
}

func lastSuccess(_ *track, p *published) (float64, bool) {
	return moment(p, func() time.Time { return p.LastSuccess })
}

func lastChange(_ *track, p *published) (float64, bool) {
	return moment(p, func() time.Time { return p.Since })
}

func failuresInARow(_ *track, p *published) (float64, bool) {
	if p == nil {
		return 0, false
	}
	return float64(p.consecutiveFailures), true
}

func moment(p *published, of func() time.Time) (float64, bool) {
	if p == nil || of().IsZero() {
		return 0, false
	}
	return float64(of().UnixNano()) / 1e9, true
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Describe implements [prometheus.Collector].
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range c.families.all {
		if f != c.families.durations {
			ch <- f.desc
		}
	}
	if c.durations != nil {
		c.durations.Describe(ch)
	}
}

// Collect implements [prometheus.Collector]. It starts what has expired, waits
// for it no longer than Options.CollectWait, and then publishes what is known,
// with its age in healthcheck_last_run_timestamp_seconds.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	set := c.set.Load()
	for _, s := range c.whole(c.peek(set)) {
		ch <- s
	}
	for _, e := range set.entries {
		for _, s := range c.render(e) {
			ch <- s
		}
		if e.counters.durations != nil {
			ch <- e.counters.durations
		}
	}
}

// Gather implements [prometheus.Gatherer] for the metrics of this collector
// alone. It gives what a registry with nothing else in it would, but trusts
// what is known to be right: that is several times cheaper than to have it
// checked at every scrape. The families must not be changed.
func (c *Collector) Gather() ([]*dto.MetricFamily, error) {
	set := c.set.Load()
	report := c.peek(set)
	gathered := make([]dto.MetricFamily, len(c.families.all))
	add := func(s *sample) {
		f := &gathered[s.family.index]
		if f.Metric == nil && len(s.Label) > 0 {
			f.Metric = make([]*dto.Metric, 0, len(set.entries))
		}
		f.Metric = append(f.Metric, &s.Metric)
	}
	for _, s := range c.whole(report) {
		add(s)
	}
	for _, e := range set.entries {
		for _, s := range c.render(e) {
			add(s)
		}
		if e.counters.durations != nil {
			s := &sample{family: c.families.durations}
			if err := e.counters.durations.Write(&s.Metric); err != nil {
				return nil, err
			}
			add(s)
		}
	}
	present := make([]*dto.MetricFamily, 0, len(gathered))
	for i, f := range c.families.all {
		if len(gathered[i].Metric) > 0 {
			gathered[i].Name, gathered[i].Help, gathered[i].Type = &f.name, &f.help, &f.kind
			present = append(present, &gathered[i])
		}
	}
	return present, nil
}

// whole returns the metrics of the collector as a whole.
func (c *Collector) whole(report Report) []*sample {
	f := &c.families
	samples := []*sample{
		gauge(f.healthy, number(report.Status != StatusFailed)),
		gauge(f.degraded, number(report.Status == StatusDegraded)),
		gauge(f.draining, number(report.Draining != "")),
	}
	for _, a := range []answered{coalesced, hit, miss, stale} { // In the order of their names.
		samples = append(samples, counter(f.requests, float64(c.requests[a].Load()), label("outcome", a.String())))
	}
	return samples
}

// peek returns the report of everything after a wait that a scrape can bear. It
// is not counted as an answer.
func (c *Collector) peek(set *set) Report {
	now := c.now()
	if s := c.valid(set.all, now); s != nil {
		return s.report
	}
	arrived, enough := c.results.Load(), make(chan struct{})
	timer := time.AfterFunc(max(c.opts.CollectWait, 0), func() { close(enough) })
	defer timer.Stop()
	for {
		runs, _ := c.demandAll(set.all, arrived, now)
		if len(runs) == 0 || c.opts.CollectWait < 0 || !awaitAll(runs, enough) {
			break
		}
		now = c.now()
	}
	now = c.now()
	return c.build(set.all, arrived, now, hit).report
}

// rendered is the metrics of a check at one moment, those of one family in the
// order of their labels.
type rendered struct {
	entry   *entry
	of      *published
	deaf    bool
	samples []*sample
}

// render returns the metrics of e, as they were if nothing has changed.
func (c *Collector) render(e *entry) []*sample {
	p, deaf := e.current.Load(), e.deaf.Load()
	if r := e.rendered.Load(); r != nil && r.entry == e && r.of == p && r.deaf == deaf {
		return r.samples
	}
	r := &rendered{entry: e, of: p, deaf: deaf, samples: c.samplesOf(e, p)}
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
		if v, known := family.gauge(e.track, p); known {
			ms = append(ms, gauge(family, v, alone...))
		}
	}
	n := e.counters.get()
	ms = append(ms,
		counter(f.runs, float64(n.failed), check, label("result", "failed")),
		counter(f.runs, float64(n.passed), check, label("result", "passed")),
		gauge(f.checkInfo, 1, check, label("optional", strconv.FormatBool(e.Optional)), label("runbook", e.Runbook),
			label("tags", joinTags(e.Tags)), label("type", e.Type)))
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

// joinTags writes tags so that a regular expression finds one: ",a,b,".
func joinTags(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "," + strings.Join(tags, ",") + ","
}

// samplesPerCheck is what a check has that has passed and observed nothing.
const samplesPerCheck = 12

// A sample is a metric whose value is known: what it writes is shared, and not
// built again for every scrape. What belongs together lies together: with
// thousands of checks a scrape is as fast as memory is.
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

// newDurations makes the histograms of the durations of runs, or nil.
func newDurations(kind Histogram) *prometheus.HistogramVec {
	opts := prometheus.HistogramOpts{
		Name: "healthcheck_run_duration_seconds",
		Help: "Durations of the runs of the check.",
	}
	switch kind {
	case HistogramClassic:
		opts.Buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	case HistogramNative:
		opts.NativeHistogramBucketFactor = 1.1
		opts.NativeHistogramMaxBucketNumber = 100
	default:
		return nil
	}
	return prometheus.NewHistogramVec(opts, []string{"check"})
}
