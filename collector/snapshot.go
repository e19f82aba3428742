package collector

import (
	"fmt"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// A snapshot is a report that can be given to every reader until something
// changes or a result expires.
type snapshot struct {
	report     Report // without its time
	generation uint64
	until      instant
	source     source
}

// A builder collects the results of a snapshot.
type builder struct {
	generation uint64
	results    []*Result
	until      instant
	incomplete bool // something is unknown
}

// use makes p the result of the check i; later readers may share it until then.
func (b *builder) use(i int, p *published, until instant) {
	b.results[i] = &p.Result
	b.until = earliest(b.until, earliest(until, p.mutedUntil))
}

// valid returns the newest snapshot of sel if it is still valid. It takes no
// lock.
func (c *Collector) valid(sel *selection, now instant) *snapshot {
	s := sel.newest.Load()
	if s == nil || s.generation != c.generation.Load() || !now.before(s.until) {
		return nil
	}
	return s
}

// snapshot makes a snapshot of the results in b, for this reader and, if
// nothing is unknown, for later readers. It reuses the version of the last
// snapshot if only the time has changed. The caller holds the lock of sel.
func (c *Collector) snapshot(sel *selection, b *builder, did source) *snapshot {
	s := &snapshot{generation: b.generation, until: b.until, source: did}
	s.report = c.sum(b.results)
	if d := c.drained(); d != nil {
		s.until = earliest(s.until, d.ending.at)
	}
	s.report.Epoch = sel.set.epoch
	if b.incomplete {
		return s
	}
	if last := sel.newest.Load(); last != nil && last.report.sameDrain(s.report) &&
		slices.Equal(last.report.Results, s.report.Results) {
		s.report.Version, s.report.Results = last.report.Version, last.report.Results
	} else {
		s.report.Version = c.nextVersion()
	}
	kept := *s
	if kept.source > stale { // Later readers find hits, or stale results.
		kept.source = hit
	}
	sel.newest.Store(&kept)
	return s
}

// nextVersion returns a version that no other report has. It skips zero,
// because zero matches no version.
func (c *Collector) nextVersion() uint64 {
	if v := c.versions.Add(1); v != 0 {
		return v
	}
	return c.versions.Add(1)
}

func (r Report) sameDrain(o Report) bool {
	return r.Draining == o.Draining && r.DrainingBy == o.DrainingBy && r.DrainingUntil.Equal(o.DrainingUntil)
}

// unknown returns the result of a check whose run did not end in time. It is
// not stored.
func (e *entry) unknown(p *published, now instant) *Result {
	r := &Result{State: StateUnknown, Reason: checks.ReasonInternal, Output: "not checked yet"}
	r.define(e)
	r.Muted = e.shownMute()
	r.Time, r.Expires = now.time(), now.time()
	if p != nil {
		age := max(now.mono-p.at.mono, time.Duration(now.wall-p.at.wall))
		r.Output = fmt.Sprintf("result of %s ago expired, run not finished", clip.Duration(age))
		r.Time, r.Expires, r.Duration = p.Time, p.Expires, p.Duration
		r.Since, r.LastSuccess = p.Since, p.LastSuccess
	}
	return r
}

// sum makes a report of results.
func (c *Collector) sum(results []*Result) Report {
	report := Report{Status: Overall(results), Results: results}
	if d := c.drained(); d != nil {
		report.Status, report.Draining, report.DrainingBy, report.DrainingUntil = StatusFailed, d.Reason, d.By, d.Until
	}
	return report
}
