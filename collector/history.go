package collector

import (
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

const (
	// maxTransitions is the number of state changes kept for each check.
	maxTransitions = 16
	// maxTransitionText is the length of the text kept with each, in bytes.
	maxTransitionText = 240
	// maxRuns is the number of runs kept for each check.
	maxRuns = 128
)

// A Transition is one change of the state of a check.
type Transition struct {
	Time   time.Time
	State  State
	Reason checks.Reason
	// Output is the beginning of the result's text, at most 240 bytes.
	Output string
}

// A Run is the record of one run of a check.
type Run struct {
	// Time is the end of the run.
	Time     time.Time
	Duration time.Duration
	// Reason says why the run failed; empty if it passed.
	Reason checks.Reason
}

// Transitions returns the last changes of state of a check, at most 16, oldest
// first; nil if there is no such check.
func (c *Collector) Transitions(name string) []Transition {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.set.Load().byName[name]
	if e == nil {
		return nil
	}
	return slices.Clone(e.line.slot.transitions)
}

// Runs returns the last runs of a check, at most 128, oldest first; nil if there
// is no such check. They are not part of [Collector.State].
func (c *Collector) Runs(name string) []Run {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.set.Load().byName[name]
	if e == nil {
		return nil
	}
	return e.line.slot.runs.all()
}

// Definition returns the definition of a check, with every default filled in. It
// reports false if there is no such check. The definition is shared and must not
// be changed.
func (c *Collector) Definition(name string) (checks.Check, bool) {
	e := c.set.Load().byName[name]
	if e == nil {
		return checks.Check{}, false
	}
	return e.Check, true
}

// note adds a change of state to the history. The first result after a restart
// is not a change if the restored history ends with the same state.
func (s *slot) note(p *published) {
	if n := len(s.transitions); n > 0 && s.transitions[n-1].State == p.State {
		return
	}
	if len(s.transitions) == maxTransitions {
		s.transitions = slices.Delete(s.transitions, 0, 1)
	}
	s.transitions = append(s.transitions, p.transition(p.Time))
}

// transition returns the change at that time to the state of p.
func (p *published) transition(at time.Time) Transition {
	return Transition{Time: at, State: p.State, Reason: p.Reason, Output: clip.Short(p.Output, maxTransitionText)}
}

// A record is a Run in 32 bytes: each of thousands of checks keeps 128 of them.
type record struct {
	end    int64 // Unix nanoseconds
	took   time.Duration
	reason checks.Reason
}

// A ring is the last records.
type ring struct {
	records []record
	oldest  int
}

// add records the outcome of a run.
func (r *ring) add(o *outcome) {
	if !o.ran {
		return
	}
	rec := record{o.ended.wall, o.duration, o.reason}
	if len(r.records) < maxRuns {
		r.records = append(r.records, rec)
		return
	}
	r.records[r.oldest] = rec
	r.oldest = (r.oldest + 1) % maxRuns
}

func (r *ring) all() []Run {
	runs := make([]Run, len(r.records))
	for i := range runs {
		rec := r.records[(r.oldest+i)%len(r.records)]
		runs[i] = Run{time.Unix(0, rec.end), rec.took, rec.reason}
	}
	return runs
}
