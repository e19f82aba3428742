package collector

import (
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A family is one metric that every check has once a result is known (or, for
// those that are known before, always).
type family struct {
	name, help string
	value      func(*track, *published) (v float64, known bool)
	desc       *prometheus.Desc
}

// families is every metric of the collector. The values of a check are built
// when they are first collected after a change, and handed out as they are.
type families struct {
	gauges []family

	runs, failures, failureInfo, checkInfo, value *prometheus.Desc
	healthy, degraded, draining, requests         *prometheus.Desc
}

func newFamilies() families {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("healthcheck_"+name, help, labels, nil)
	}
	f := families{
		gauges: []family{
			{name: "passed", help: "Whether the last result of the check passed (1) or not (0), before thresholds.", value: passed},
			{name: "warning", help: "Whether the last result of the check passed with a warning (1) or not (0).", value: warned},
			{name: "state", help: "Whether the check has passed (1), or failed or been skipped (0), after thresholds.", value: state},
			{name: "duration_seconds", help: "Duration of the last run of the check.", value: duration},
			{name: "last_run_timestamp_seconds", help: "End of the last run of the check in Unix time.", value: lastRun},
			{name: "last_success_timestamp_seconds", help: "End of the last run of the check that passed in Unix time.", value: lastSuccess},
			{name: "last_change_timestamp_seconds", help: "When the state of the check last changed in Unix time.", value: lastChange},
			{name: "consecutive_failures", help: "Number of runs of the check that have failed since one has passed.", value: failuresInARow},
			{name: "run_stuck", help: "Whether a run of the check that was given up has not returned (1) or none is (0).", value: stuck},
		},
		runs:        describe("runs_total", "Total number of finished runs of the check.", "check", "result"),
		failures:    describe("failures_total", "Total number of failed runs of the check by reason.", "check", "reason"),
		failureInfo: describe("failure_info", "A metric with the constant value 1 while the check has not passed, labelled with the reason.", "check", "reason"),
		checkInfo:   describe("check_info", "A metric with the constant value 1, labelled with what is configured for the check.", "check", "type", "optional", "tags", "runbook"),
		value:       describe("value", "A value that the last run of the check has measured; its unit is the end of its name.", "check", "name"),
		healthy:     describe("healthy", "Whether an unfiltered health request is answered with the success status (1), or failed, draining or not yet known (0)."),
		degraded:    describe("degraded", "Whether all is passed but something warns or an optional check has not passed (1) or not (0)."),
		draining:    describe("draining", "Whether the service has been taken out by draining (1) or not (0)."),
		requests:    describe("cache_requests_total", "Total number of answers by where they came from.", "outcome"),
	}
	for i := range f.gauges {
		f.gauges[i].desc = describe(f.gauges[i].name, f.gauges[i].help, "check")
	}
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
	f := &c.families
	for i := range f.gauges {
		ch <- f.gauges[i].desc
	}
	for _, d := range []*prometheus.Desc{
		f.runs, f.failures, f.failureInfo, f.checkInfo, f.value, f.healthy, f.degraded, f.draining, f.requests,
	} {
		ch <- d
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
	report := c.peek(set)
	f := &c.families
	ch <- gauge(f.healthy, number(report.Status != StatusFailed))
	ch <- gauge(f.degraded, number(report.Status == StatusDegraded))
	ch <- gauge(f.draining, number(report.Draining != ""))
	for a := range outcomes {
		ch <- counter(f.requests, float64(c.requests[a].Load()), label("outcome", a.String()))
	}
	for _, e := range set.entries {
		for _, m := range c.render(e) {
			ch <- m
		}
		if e.counters.durations != nil {
			ch <- e.counters.durations
		}
	}
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

// rendered is the metrics of a check at one moment.
type rendered struct {
	entry   *entry
	of      *published
	deaf    bool
	metrics []prometheus.Metric
}

// render returns the metrics of e, as they were if nothing has changed.
func (c *Collector) render(e *entry) []prometheus.Metric {
	p, deaf := e.current.Load(), e.deaf.Load()
	if r := e.rendered.Load(); r != nil && r.entry == e && r.of == p && r.deaf == deaf {
		return r.metrics
	}
	r := &rendered{entry: e, of: p, deaf: deaf, metrics: c.metricsOf(e, p)}
	e.rendered.Store(r)
	return r.metrics
}

func (c *Collector) metricsOf(e *entry, p *published) []prometheus.Metric {
	f := &c.families
	check := label("check", e.Name)
	var ms []prometheus.Metric
	for i := range f.gauges {
		if v, known := f.gauges[i].value(e.track, p); known {
			ms = append(ms, gauge(f.gauges[i].desc, v, check))
		}
	}
	n := e.counters.get()
	ms = append(ms,
		counter(f.runs, float64(n.passed), check, label("result", "passed")),
		counter(f.runs, float64(n.failed), check, label("result", "failed")),
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
	for _, v := range p.Values {
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

// A sample is a metric whose value is known: what it writes is shared, and not
// built again for every scrape.
type sample struct {
	desc *prometheus.Desc
	dto.Metric
}

// Desc implements [prometheus.Metric].
func (s *sample) Desc() *prometheus.Desc { return s.desc }

// Write implements [prometheus.Metric].
func (s *sample) Write(out *dto.Metric) error {
	out.Label, out.Gauge, out.Counter = s.Label, s.Gauge, s.Counter
	return nil
}

// gauge makes a sample. Labels are in the order of their names.
func gauge(desc *prometheus.Desc, v float64, labels ...*dto.LabelPair) *sample {
	s := &sample{desc: desc}
	s.Label, s.Gauge = labels, &dto.Gauge{Value: &v}
	return s
}

// counter makes a sample. Labels are in the order of their names.
func counter(desc *prometheus.Desc, v float64, labels ...*dto.LabelPair) *sample {
	s := &sample{desc: desc}
	s.Label, s.Counter = labels, &dto.Counter{Value: &v}
	return s
}

func label(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: &name, Value: &value}
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
