package collector

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// An outcome describes how one attempt at a check ended.
type outcome struct {
	ran      bool // counts as a run; else skipped, starved or still deaf
	passed   bool
	skipped  bool
	output   string
	warning  string
	reason   checks.Reason
	cause    []string // of a skip
	value    json.RawMessage
	ended    instant // of the run; zero: it is published as it happens
	duration time.Duration
	holds    time.Duration // how long a pass holds; zero: the TTL of the check
	values   []Value
	stack    []byte // of a panic, for the log

	evidence *checks.Evidence // of a run that failed, as it was recorded
	exhibit  *exhibit         // the same, once published
}

// A published is one result with the collector's own data about it. It does not
// change.
type published struct {
	Result
	number uint64  // of all results of the collector, in the order of publishing
	at     instant // when it was published
	until  instant // fresh before this

	since               instant // when State last changed
	lastRunAt           instant // the end of the last run, as opposed to skips and the like; zero: there was none
	lastDuration        time.Duration
	lastTTL             time.Duration // of the last run's result
	consecutiveFailures int

	mutedUntil instant // never, if it is not muted
	restored   bool    // it is from before a restart
}

// lastRun returns the end of the last run, zero if there was none.
func (p *published) lastRun() time.Time {
	if p.lastRunAt == (instant{}) {
		return time.Time{}
	}
	return p.lastRunAt.time()
}

// publish makes an outcome the newest result of l and notifies waiters and
// listeners. It does nothing if the definition is gone or the collector has
// ended.
func (c *Collector) publish(fx *effects, l *line, o *outcome) {
	if l.dropped || c.base.Err() != nil {
		return
	}
	old := l.result()
	p := l.apply(old, o, either(o.ended, fx.now), c.results.Add(1))
	l.entry.current.Store(p)
	l.keepEvidence(o, p)
	if l.committed {
		fx.changed = true
		l.slot.counters.add(o)
		l.slot.runs.add(o)
		c.tally.add(l.entry, old, -1)
		c.tally.add(l.entry, p, 1)
		before := either(old, l.former)
		if before == nil || before.State != p.State {
			l.slot.note(p)
		}
		c.notify(fx, l.slot, before, p, o)
		c.schedule(fx, l)
	} else {
		l.uncounted = append(l.uncounted, o)
	}
	c.announce(fx, l)
	if l.committed && p.State == StatePassed && (old == nil || old.State != StatePassed) {
		c.wake(fx, l)
	}
}

// apply returns the result that follows old after an outcome.
func (l *line) apply(old *published, o *outcome, now instant, number uint64) *published {
	p := &published{at: now, number: number}
	if old != nil {
		p.lastRunAt, p.lastDuration, p.lastTTL = old.lastRunAt, old.lastDuration, old.lastTTL
		p.consecutiveFailures = old.consecutiveFailures
		p.Since, p.since, p.LastSuccess = old.Since, old.since, old.LastSuccess
	}
	p.Passed, p.Reason, p.Output, p.Warning, p.Values = o.passed, o.reason, o.output, o.warning, o.values
	p.Duration, p.Value, p.Cause = o.duration, o.value, o.cause
	p.State = l.nextState(old, o)
	if l.opposite > 0 {
		p.Opposite, p.Threshold = l.opposite, l.entry.threshold(o.passed)
	}
	settledPass := o.passed && p.State == StatePassed
	ttl := l.entry.ttl(settledPass)
	if settledPass && o.holds > 0 {
		ttl = o.holds
	}
	p.until = now.add(ttl)
	p.Time, p.Expires = now.time(), p.until.time()
	if o.ran {
		p.lastRunAt, p.lastDuration, p.lastTTL = now, o.duration, ttl
		p.consecutiveFailures++
	}
	if o.passed {
		p.LastSuccess, p.consecutiveFailures = p.Time, 0
	}
	if old == nil || old.State != p.State {
		p.Since, p.since = p.Time, now
	}
	p.define(l.entry)
	p.mute(l.entry)
	return p
}

// nextState is the state after an outcome: the first counts at once, also after
// a skip; a later one changes it when enough in a row contradict it.
func (l *line) nextState(old *published, o *outcome) State {
	raw := StateFailed
	if o.passed {
		raw = StatePassed
	}
	switch {
	case o.skipped:
		l.opposite = 0
		return StateSkipped
	case old == nil || old.State == StateSkipped || old.State == raw:
		l.opposite = 0
		return raw
	}
	l.opposite++
	if l.opposite < l.entry.threshold(o.passed) {
		return old.State
	}
	l.opposite = 0
	return raw
}

// threshold returns the number of consecutive results that change the state.
func (e *entry) threshold(passed bool) int {
	if passed {
		return e.SuccessThreshold
	}
	return e.FailureThreshold
}

// define copies the definition into the result.
func (r *Result) define(e *entry) {
	r.Check, r.Type, r.Optional, r.Tags = e.Name, e.Type, e.Optional, e.Tags
	r.Description, r.Runbook, r.Severity, r.Labels, r.Limits = e.Description, e.Runbook, e.Severity, e.Labels, e.Limits
}

// blank returns the result that the check of r had before its first run.
func (r *Result) blank() Result {
	return Result{
		Check: r.Check, State: StateUnknown, Reason: checks.ReasonInternal,
		Type: r.Type, Optional: r.Optional, Tags: r.Tags, Description: r.Description, Runbook: r.Runbook,
		Severity: r.Severity, Labels: r.Labels, Limits: r.Limits, Muted: r.Muted,
	}
}

// redefine makes e, of a new set, the newest entry of l. The result is kept no
// longer than the new definition allows. If no part of the result changes, the
// result and its renderings are reused.
func (l *line) redefine(e *entry) {
	old := l.result()
	before := l.entry
	l.entry, e.mute = e, before.mute
	if old == nil {
		return
	}
	p := *old
	p.define(e)
	until := p.at.add(e.ttl(p.Passed && p.State == StatePassed))
	if until.before(p.until) && e.Receiver == nil {
		p.until, p.Expires = until, until.time()
	} else if before.shownAs(e) {
		e.current.Store(old)
		return
	}
	e.current.Store(&p)
}

// shownAs reports whether results of e and o show the same definition.
func (e *entry) shownAs(o *entry) bool {
	return e.Type == o.Type && e.Optional == o.Optional && slices.Equal(e.Tags, o.Tags) &&
		e.Description == o.Description && e.Runbook == o.Runbook &&
		e.Severity == o.Severity && maps.Equal(e.Labels, o.Labels) && slices.Equal(e.Limits, o.Limits)
}
