package collector

import (
	"fmt"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A snapshot is a report that can be given to every reader until something
// changes or is over.
type snapshot struct {
	report     Report // without its time
	generation uint64
	until      instant
	answered   answered
}

// valid returns the newest snapshot of sel if it is still true. It takes no
// lock.
func (c *Collector) valid(sel *selection, now instant) *snapshot {
	s := sel.newest.Load()
	if s == nil || s.generation != c.generation.Load() || !now.before(s.until) {
		return nil
	}
	return s
}

// build puts the results together, once for all readers of sel.
func (c *Collector) build(sel *selection, arrived uint64, now instant, did answered) *snapshot {
	sel.building.Lock()
	defer sel.building.Unlock()
	if s := c.valid(sel, now); s != nil {
		mine := *s
		mine.answered = max(s.answered, did)
		return &mine
	}
	generation := c.generation.Load()
	s := &snapshot{generation: generation, until: never, answered: did}
	complete := true
	results := make([]*Result, len(sel.entries))
	for i, e := range sel.entries {
		p := e.current.Load()
		until, covered := e.validity(p, now)
		if !covered && !p.answers(arrived, now) {
			results[i] = e.unknown(p, now)
			complete = false
			continue
		}
		if !p.fresh(now) && covered {
			s.answered = max(s.answered, stale)
		}
		results[i] = &p.Result
		s.until = earliest(s.until, until)
	}
	s.report = c.sum(results)
	s.report.Epoch = sel.set.epoch
	if !complete {
		return s
	}
	c.keep(sel, s)
	return s
}

// keep makes s the snapshot of all later readers: they find hits, or stale
// results. It has the version of the last one if nothing has changed but time.
func (c *Collector) keep(sel *selection, s *snapshot) {
	if last := sel.newest.Load(); last != nil && last.report.Draining == s.report.Draining &&
		slices.Equal(last.report.Results, s.report.Results) {
		s.report.Version, s.report.Results = last.report.Version, last.report.Results
	} else {
		s.report.Version = c.nextVersion()
	}
	kept := *s
	if kept.answered > stale {
		kept.answered = hit
	}
	sel.newest.Store(&kept)
}

// validity returns until when p may be handed out: while it is fresh, or while
// a run that covers it is under way.
func (e *entry) validity(p *published, now instant) (until instant, valid bool) {
	if p.fresh(now) {
		return p.until, true
	}
	if p == nil {
		return instant{}, false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.run != nil && e.run.covers(now) {
		return e.run.deadline(), true
	}
	return instant{}, false
}

// unknown is the answer for a check whose result is not there in time. It is
// not stored.
func (e *entry) unknown(p *published, now instant) *Result {
	r := &Result{State: StateUnknown, Reason: checks.ReasonInternal, Output: "not checked yet"}
	r.define(e)
	r.Time, r.Expires = now.time(), now.time()
	if p != nil {
		age := max(now.mono-p.at.mono, time.Duration(now.wall-p.at.wall))
		r.Output = fmt.Sprintf("result of %s ago expired, run not finished", ago(age))
		r.Time, r.Expires, r.Duration = p.Time, p.Expires, p.Duration
		r.Since, r.LastSuccess = p.Since, p.LastSuccess
	}
	return r
}

// sum makes a report of results.
func (c *Collector) sum(results []*Result) Report {
	report := Report{Status: Overall(results), Results: results}
	if why := c.draining.Load(); why != nil {
		report.Status, report.Draining = StatusFailed, *why
	}
	return report
}

func (c *Collector) nextVersion() uint64 {
	if v := c.versions.Add(1); v != 0 {
		return v
	}
	return c.versions.Add(1) // Zero is equal to nothing.
}
