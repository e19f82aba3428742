package collector

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Describe implements [prometheus.Collector]. It leaves out the checks' own
// labels of healthcheck_check_info, so that collectors whose checks have
// different labels can be registered together, under wrappers that add a label.
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

// Collect implements [prometheus.Collector]. It starts runs for expired
// results, waits for them at most Options.CollectWait, and then publishes the
// results that it has. Their age is in healthcheck_last_run_timestamp_seconds.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	set, report := c.survey()
	for _, s := range c.whole(report) {
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
// alone. It returns the same families as a registry that contains only this
// collector, but does not check the metrics at every scrape, which is several
// times cheaper. The families must not be changed.
func (c *Collector) Gather() ([]*dto.MetricFamily, error) {
	set, report := c.survey()
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

// whole returns the metrics of the collector itself.
func (c *Collector) whole(report Report) []*sample {
	f := &c.families
	samples := []*sample{
		gauge(f.healthy, number(report.Status != StatusFailed)),
		gauge(f.degraded, number(report.Status == StatusDegraded)),
		gauge(f.draining, number(report.Draining != "")),
	}
	running, waiting := c.load()
	samples = append(samples, gauge(f.running, float64(running)), gauge(f.waiting, float64(waiting)))
	if !report.DrainingUntil.IsZero() {
		samples = append(samples, gauge(f.drainEnd, float64(report.DrainingUntil.UnixNano())/1e9))
	}
	for _, a := range []source{coalesced, hit, miss, stale} { // In the order of their names.
		samples = append(samples, counter(f.requests, float64(c.requests[a].Load()), label("outcome", a.String())))
	}
	return samples
}

// load returns how many runs have a place, and how many wait for a place.
func (c *Collector) load() (running, waiting int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken, len(c.queue)
}

// survey returns the current set and a report of it.
func (c *Collector) survey() (*set, Report) {
	for {
		set := c.set.Load()
		if report := c.peek(set); c.set.Load() == set {
			return set, report
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
	limit := addDurations(now.mono, max(c.opts.CollectWait, 0))
	s, _, err := c.consult(set.all, question{arrived: c.results.Load()}, patience{first: limit, rest: limit})
	if s == nil || err != nil { // The set was replaced, or the collector has ended.
		return Report{Status: StatusFailed}
	}
	return s.report
}

// newDurations makes the histograms of the durations of runs, or nil.
func newDurations(kind Histogram) *prometheus.HistogramVec {
	opts := prometheus.HistogramOpts{
		Name: durationsName,
		Help: durationsHelp,
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
