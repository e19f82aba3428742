package collector

import (
	"sync/atomic"
	"time"
)

// A slot holds what belongs to a name rather than to a definition: the one call
// that may be under way, the counters, and the changes that listeners have to see. It
// outlives definitions: a function is never called while an earlier call under the
// same name has not returned, apart from a stray one. The engine's lock guards all
// fields but the atomic one.
type slot struct {
	name      string
	line      *line // of the committed definition, or nil
	candidate *line // of a Change that is not committed yet, or nil
	call      *run  // the call under way, running or deaf, or nil
	held      []*run
	// stray is a deaf call whose definition was not committed when the call was
	// given up, or nil. A stray call does not hold up the line.
	stray     *run
	reception *reception  // nil: no check under this name has had a receiver
	counters  *counters   // while a definition is committed
	stuck     atomic.Bool // the line is held up by a deaf call

	rests time.Duration // RunNow starts no run before this

	mute        *muting      // its own, until the check is removed
	transitions []Transition // the last ones
	runs        ring

	notice  *notice   // a change of state that listeners have not seen
	outcome *finished // the newest outcome that is not in the log
	telling bool
}

// A line is the life of one definition: the sequence of its results, and the
// run that will bring the next one. A reload that leaves the definition as it
// is keeps the line. All fields are guarded by the engine's lock.
type line struct {
	slot  *slot
	order uint64 // in which the lines began
	entry *entry // the newest entry of the line; it has the newest result

	committed bool // readers see it; else it belongs to a Change under way
	dropped   bool // its definition is gone: it gets no more results

	run       *run          // nil: idle, or the call of its slot is deaf
	published chan struct{} // closed at the next result; nil: no reader waits
	awaiters  []awaiter     // runs that wait for the next result

	avoids *run // no call before this one returns, beside that of the slot; may be nil

	former    *published // the last result of the definition before, which listeners have seen
	opposite  int        // consecutive results that contradict the state
	spread    bool       // the next run by itself is at a random moment of the whole TTL
	due       *due       // when the next run starts by itself
	uncounted []*outcome // until the line is committed

	lastFailure, firstFailure *exhibit // see Evidence
}

// An awaiter is a run that waits for the results of its dependencies. Round
// distinguishes its current wait from a wait under a replaced definition.
type awaiter struct {
	run   *run
	round int
}

// result returns the newest result, nil before the first.
func (l *line) result() *published { return l.entry.current.Load() }

// number returns the number of the newest result, 0 before the first.
func (l *line) number() uint64 {
	if p := l.result(); p != nil {
		return p.number
	}
	return 0
}

// wait returns a channel that is closed at the next result, or when there will
// be none.
func (l *line) wait() <-chan struct{} {
	if l.published == nil {
		l.published = make(chan struct{})
	}
	return l.published
}

// announce ends the wait of readers and of runs that depend on l.
func (c *Collector) announce(fx *effects, l *line) {
	if l.published != nil {
		fx.woken = append(fx.woken, l.published)
		l.published = nil
	}
	awaiters := l.awaiters
	l.awaiters = nil
	for _, a := range awaiters {
		if a.round == a.run.round {
			c.step(fx, a.run, dependencyReady)
		}
	}
}

// slotOf returns the slot of a name, making one if necessary.
func (c *Collector) slotOf(name string) *slot {
	s := c.slots[name]
	if s == nil {
		s = &slot{name: name}
		c.slots[name] = s
	}
	return s
}

// newLine begins a line for the definition e. The caller puts it into its slot.
func (c *Collector) newLine(e *entry) *line {
	s := c.slotOf(e.Name)
	c.lines++
	return &line{slot: s, entry: e, order: c.lines, spread: true, avoids: s.stray}
}

// goAstray takes the deaf call r, of a definition that is not committed, out of
// the slot: it must not hold up the definition in use. Definitions as old as that
// of r or newer avoid r, because their function may be the same.
func (s *slot) goAstray(r *run) {
	s.call, s.stray = nil, r
	for _, l := range []*line{s.line, s.candidate} {
		if l != nil && l.order >= r.line.order {
			l.avoids = r
		}
	}
}

// noteStuck brings stuck up to date.
func (s *slot) noteStuck() {
	if s.line != nil {
		call := s.line.blocker()
		s.stuck.Store(call != nil && call.phase == deaf)
	}
}

// blocker returns the call that must return before l may call its function, or
// nil if l may call it now.
func (l *line) blocker() *run {
	if l.slot.call == nil && l.avoids != nil && l.avoids.phase == deaf {
		return l.avoids
	}
	return l.slot.call
}

// discard ends a line whose definition is gone: it cancels the run and drops
// its outcome.
func (c *Collector) discard(fx *effects, l *line) {
	l.dropped = true
	c.unschedule(l)
	if l.run != nil {
		c.step(fx, l.run, discarded)
	}
	c.announce(fx, l)
}

// sweep forgets a slot that holds nothing any more.
func (c *Collector) sweep(s *slot) {
	if s.line == nil && s.candidate == nil && s.call == nil && s.stray == nil && !s.telling {
		delete(c.slots, s.name)
	}
}
