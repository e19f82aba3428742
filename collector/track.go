package collector

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A track is what is remembered of one check: the run under way, the state
// after thresholds, and the published result. A reload that leaves the check's
// definition as it was leaves its track in place.
type track struct {
	// current is the newest result, nil before the first. Readers load it
	// without a lock.
	current atomic.Pointer[published]
	// deaf is whether a run that was given up has not returned.
	deaf atomic.Bool
	// rendered is the metrics of a result, made when they are first collected.
	rendered atomic.Pointer[rendered]
	counters *counters

	// One lock per check: a slow check must not hold up the others.
	mu       sync.Mutex
	def      *entry // the newest entry with this track
	run      *run   // waiting or under way, not settled
	stuck    *run   // given up, not returned
	retired  bool   // no set has it any more: nothing is published
	spread   bool   // the next run by itself is at a random moment of the whole TTL
	opposite int    // results in a row that contradict the state
	notice   *notice
	telling  bool

	due *due // guarded by the scheduler's lock
}

func newTrack(counters *counters) *track {
	return &track{counters: counters, spread: true}
}

// An outcome is what one attempt at a check came to.
type outcome struct {
	ran      bool // counts as a run; else skipped, starved or still stuck
	deaf     bool // the function has not returned
	passed   bool
	skipped  bool
	output   string
	warning  string
	reason   checks.Reason
	duration time.Duration
	values   []Value
	stack    []byte // of a panic, for the log
}

// published is one result with what the collector knows beyond it. It does not
// change.
type published struct {
	Result
	number uint64  // of all results of the collector, in the order of publishing
	at     instant // when it was published
	until  instant // fresh before this

	since               instant // when State last changed
	lastRunAt           instant // the end of the last run, as opposed to skips and the like; zero: none
	lastDuration        time.Duration
	lastTTL             time.Duration // of the last run's result
	consecutiveFailures int
}

// lastRun returns the end of the last run, zero if there was none.
func (p *published) lastRun() time.Time {
	if p.lastRunAt == (instant{}) {
		return time.Time{}
	}
	return p.lastRunAt.time()
}

// fresh reports whether the result may be handed out by itself.
func (p *published) fresh(now instant) bool { return p != nil && now.before(p.until) }

// settle applies an outcome to the state and publishes it as the result of that
// number. The caller holds the lock.
func (t *track) settle(o outcome, now instant, number uint64) {
	if t.retired {
		return
	}
	old, e := t.current.Load(), t.def
	p := &published{at: now, number: number}
	t.counters.add(o)
	if old != nil {
		p.lastRunAt, p.lastDuration, p.lastTTL = old.lastRunAt, old.lastDuration, old.lastTTL
		p.consecutiveFailures = old.consecutiveFailures
		p.Since, p.since, p.LastSuccess = old.Since, old.since, old.LastSuccess
	}
	p.Passed, p.Reason, p.Output, p.Warning, p.Values = o.passed, o.reason, o.output, o.warning, o.values
	p.Duration = o.duration
	p.State = t.nextState(old, o)
	if t.opposite > 0 {
		p.Opposite, p.Threshold = t.opposite, t.def.threshold(o.passed)
	}
	ttl := e.ttl(o.passed && p.State == StatePassed)
	p.until = now.add(ttl)
	p.Time, p.Expires = now.time(), now.add(ttl).time()
	if o.ran {
		p.lastRunAt, p.lastDuration, p.lastTTL = now, o.duration, ttl
		p.consecutiveFailures++
	}
	if o.passed {
		p.LastSuccess, p.consecutiveFailures = p.Time, 0
	}
	if old == nil || old.State != p.State {
		p.Since, p.since = p.Time, now
		t.notify(old, p)
	}
	p.define(e)
	t.current.Store(p)
}

// nextState is the state after a result: the first counts at once, also after
// a skip; a later one changes it when enough in a row contradict it.
func (t *track) nextState(old *published, o outcome) State {
	raw := StateFailed
	if o.passed {
		raw = StatePassed
	}
	switch {
	case o.skipped:
		t.opposite = 0
		return StateSkipped
	case old == nil || old.State == StateSkipped || old.State == raw:
		t.opposite = 0
		return raw
	}
	t.opposite++
	if t.opposite < t.def.threshold(o.passed) {
		return old.State
	}
	t.opposite = 0
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
	r.Description, r.Runbook = e.Description, e.Runbook
}

// blank returns what was known of the check of r before it had a result.
func (r *Result) blank() Result {
	return Result{
		Check: r.Check, State: StateUnknown, Reason: checks.ReasonInternal,
		Type: r.Type, Optional: r.Optional, Tags: r.Tags, Description: r.Description, Runbook: r.Runbook,
	}
}

// redefine makes e the definition of a track that a new set has taken over. A
// result is kept no longer than the new definition keeps one.
func (t *track) redefine(e *entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.def = e
	old := t.current.Load()
	if old == nil {
		return
	}
	p := *old
	p.define(e)
	if until := p.at.add(e.ttl(p.Passed && p.State == StatePassed)); until.before(p.until) {
		p.until, p.Expires = until, until.time()
	}
	t.current.Store(&p)
}

// definition returns the newest entry with this track.
func (t *track) definition() *entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.def
}

// counts are the counters of a check at one moment.
type counts struct {
	passed, failed uint64
	failures       []reasonCount // in the order of first seen
}

type reasonCount struct {
	reason checks.Reason
	n      uint64
}

// counters are kept under a check's name, also when its definition changes: a
// counter must not go back.
type counters struct {
	mu        sync.Mutex
	now       counts
	durations prometheus.Histogram // nil: not wanted
}

func (c *counters) add(o outcome) {
	if !o.ran {
		return
	}
	if c.durations != nil {
		c.durations.Observe(o.duration.Seconds())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.passed {
		c.now.passed++
		return
	}
	c.now.failed++
	for i := range c.now.failures {
		if c.now.failures[i].reason == o.reason {
			c.now.failures[i].n++
			return
		}
	}
	c.now.failures = append(c.now.failures, reasonCount{o.reason, 1})
}

func (c *counters) get() counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.now
	n.failures = slices.SortedFunc(slices.Values(n.failures), func(a, b reasonCount) int { return cmp.Compare(a.reason, b.reason) })
	return n
}
