package collector

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Saved is the state that a Collector cannot find out again after a restart. It
// is plain data: the caller decides where and how to keep it.
type Saved struct {
	// Results are the newest result of each check that has a fingerprint.
	Results []SavedResult
	// Transitions are the last changes of state of each check, by its name,
	// oldest first.
	Transitions map[string][]Transition
	// Drain is the operator's drain, or nil.
	Drain *Drain
	// Mutes are the mutes set by operators, by the name of the check.
	Mutes map[string]Mute
	// Beats are the beats of checks with a receiver, by the name of the check.
	Beats map[string]checks.Beats
	// Complete reports whether Results, Transitions and Beats are of all checks.
	// Restore does not need it.
	Complete bool
}

// A SavedResult is one result. The times are wall times.
type SavedResult struct {
	Check, Fingerprint       string
	Passed                   bool
	State                    State
	Output, Warning          string
	Reason                   checks.Reason
	Cause                    []string
	Values                   []Value
	Value                    json.RawMessage
	Time, Since, LastSuccess time.Time
	Duration, TTL            time.Duration
	ConsecutiveFailures      int
	// Age is how long ago the result was published, by a clock that cannot be
	// set. The caller adds the time until Restore, by a clock that continues
	// while the machine is suspended. The collector also computes the age by
	// the wall clock and uses the larger one.
	Age time.Duration
}

// A Mark is a moment in the life of a Collector, for [Collector.StateSince]. The
// zero value is before everything.
type Mark struct {
	set     *set
	results uint64
}

// State returns the value for Options.Restore after a restart.
func (c *Collector) State() Saved {
	s, _ := c.StateSince(Mark{})
	return s
}

// StateSince is State without the results, transitions and beats of checks that
// have had no new result since m, and the mark for the next call. After a change
// of the set of checks, and for the zero Mark, it is all of State.
func (c *Collector) StateSince(m Mark) (s Saved, next Mark) {
	s = Saved{Transitions: map[string][]Transition{}, Mutes: map[string]Mute{}, Beats: map[string]checks.Beats{}}
	c.mu.Lock()
	set := c.set.Load()
	next = Mark{set, c.results.Load()}
	now := c.now()
	s.decisions(c, now)
	c.mu.Unlock()
	s.Complete = m.set != next.set
	var changed []*entry
	for _, e := range set.entries {
		if s.Complete || e.current.Load().newer(m) {
			changed = append(changed, e)
		}
	}
	// In parts, because readers need the lock too.
	for part := range slices.Chunk(changed, 100) {
		c.mu.Lock()
		for _, e := range part {
			s.add(e, now)
		}
		c.mu.Unlock()
	}
	return s, next
}

// newer reports whether p was published after the mark.
func (p *published) newer(m Mark) bool { return p != nil && p.number > m.results }

// decisions adds the operator's drain and mutes.
func (s *Saved) decisions(c *Collector, now instant) {
	if d := c.operator.Load(); d != nil && now.before(d.ending.at) {
		drain := d.Drain
		s.Drain = &drain
	}
	for name, m := range c.muted {
		if now.before(m.ending.at) {
			s.Mutes[name] = m.Mute
		}
	}
}

// add adds what is known of e.
func (s *Saved) add(e *entry, now instant) {
	slot := e.line.slot
	if len(slot.transitions) > 0 {
		s.Transitions[e.Name] = slices.Clone(slot.transitions)
	}
	if slot.reception != nil {
		s.Beats[e.Name] = slot.reception.beats
	}
	if p := e.current.Load(); p != nil && e.Fingerprint != "" {
		s.Results = append(s.Results, p.saved(e.Fingerprint, now))
	}
}

// Changed returns a channel that has a value when the result of State may have
// changed since the last receive. Several changes can become one value; only
// one goroutine may receive.
func (c *Collector) Changed() <-chan struct{} { return c.changed }

// noteChange lets the receiver of Changed know.
func (c *Collector) noteChange() {
	select {
	case c.changed <- struct{}{}:
	default: // A value is waiting already.
	}
}

func (p *published) saved(fingerprint string, now instant) SavedResult {
	return SavedResult{
		Check: p.Check, Fingerprint: fingerprint, Passed: p.Passed, State: p.State, Output: p.Output, Warning: p.Warning,
		Reason: p.Reason, Cause: p.Cause, Values: slices.Clone(p.Values), Value: p.Value, Time: p.Time, Since: p.Since, LastSuccess: p.LastSuccess,
		Duration: p.Duration, TTL: p.until.mono - p.at.mono, ConsecutiveFailures: p.consecutiveFailures,
		Age: max(now.mono-p.at.mono, 0),
	}
}

// restore brings back what was known before a restart. The caller is New.
func (c *Collector) restore(fx *effects, s *Saved) {
	set := c.set.Load()
	for _, r := range s.Results {
		e := set.byName[r.Check]
		if e != nil && e.Fingerprint != "" && e.Fingerprint == r.Fingerprint && e.Receiver == nil && r.TTL > 0 && r.State != StateUnknown {
			p := e.restored(r, fx.now)
			e.current.Store(p)
			// If the history is lost, this is its beginning.
			e.line.slot.transitions = []Transition{p.transition(r.Since)}
		}
	}
	for name, transitions := range s.Transitions {
		if e := set.byName[name]; e != nil {
			last := transitions[max(0, len(transitions)-maxTransitions):]
			e.line.slot.transitions = slices.Clone(last)
		}
	}
	for name, beats := range s.Beats {
		if e := set.byName[name]; e != nil && e.Receiver != nil {
			e.line.slot.reception = &reception{beats: beats}
		}
	}
	for name, m := range s.Mutes {
		if e := set.byName[name]; e != nil && m.Until.UnixNano() > fx.now.wall {
			c.setMute(e.line.slot, &m, fx.now)
		}
	}
	if d := s.Drain; d != nil && (d.Until.IsZero() || d.Until.UnixNano() > fx.now.wall) {
		c.setDrain(fx, &drainage{Drain: *d})
	}
	c.refreshMutes(fx)
}

// restored makes a result from a saved one. Its number is 0, so that any run is
// newer.
func (e *entry) restored(r SavedResult, now instant) *published {
	age := max(r.Age, time.Duration(now.wall-r.Time.UnixNano()), 0)
	ttl := min(r.TTL, e.ttl(r.Passed && r.State == StatePassed))
	at := instant{mono: now.mono - age, wall: now.wall - int64(age)}
	p := &published{at: at, until: at.add(ttl), restored: true, mutedUntil: never}
	p.Passed, p.State, p.Output, p.Warning, p.Reason, p.Values = r.Passed, r.State, r.Output, r.Warning, r.Reason, r.Values
	p.Cause, p.Value = r.Cause, r.Value
	p.Time, p.Expires, p.Since, p.LastSuccess, p.Duration = r.Time, r.Time.Add(ttl), r.Since, r.LastSuccess, r.Duration
	p.since = instant{mono: now.mono - max(time.Duration(now.wall-r.Since.UnixNano()), 0), wall: r.Since.UnixNano()}
	p.consecutiveFailures = r.ConsecutiveFailures
	if r.State != StateSkipped {
		p.lastRunAt, p.lastDuration, p.lastTTL = at, r.Duration, ttl
	}
	p.define(e)
	return p
}
