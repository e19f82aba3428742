package collector

import (
	"context"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A phase is the state of a run. A line without a run is idle, or the call of
// its slot is deaf.
type phase int

const (
	awaiting phase = iota // for the results of its dependencies
	held                  // another call under the same name has not returned
	queued                // for a place
	running               // the function has been called
	judging               // it has returned in time; what it said is being made an outcome
	deaf                  // it was given up and has not returned
	over
)

func (p phase) waits() bool { return p < running }

// An event moves a run from phase to phase.
type event int

const (
	dependencyReady event = iota // one dependency has a result
	slotFree                     // the earlier call under its name has returned, or is deaf
	timeUp                       // the run has waited or taken too long
	returned                     // the function has returned
	judged                       // its outcome is known
	discarded                    // its definition is gone
)

// A run is one attempt at a check. The engine's lock guards its fields, except
// those that only perform uses.
type run struct {
	line  *line
	phase phase
	timer *time.Timer
	asked instant

	awaited int // dependencies without a result
	round   int // see awaiter

	turn    time.Duration // by when it should get its place: the order of the queue
	index   int           // in the queue
	starved bool          // it has waited longer than it may, and that is published
	wasHeld bool          // it has been in the phase held

	entry   *entry // the definition that is called
	started instant
	ended   instant
	ctx     context.Context
	cancel  context.CancelFunc

	heard   reception     // when it began, if its check has a receiver
	holds   time.Duration // how long the receiver's judgement holds
	outcome *outcome      // written by perform before the event judged
	values  observations
	trace   *checks.Trace
	value   structured
}

func (r *run) order() int64 { return int64(r.turn) }
func (r *run) place() *int  { return &r.index }

// takesPlace reports whether r, which has begun, needs one of the places. A run
// with a receiver does not, because it only judges recorded beats.
func (r *run) takesPlace() bool { return r.entry.Receiver == nil }

// step moves r by an event. Events that come too late change nothing.
func (c *Collector) step(fx *effects, r *run, ev event) {
	switch {
	case ev == dependencyReady && r.phase == awaiting:
		if r.awaited--; r.awaited == 0 {
			c.admit(fx, r)
		}
	case ev == slotFree && r.phase == held:
		c.admit(fx, r)
	case ev == timeUp && r.phase.waits():
		c.starve(fx, r)
	case ev == timeUp && r.phase == running:
		c.giveUp(fx, r)
	case ev == returned && r.phase == running:
		r.phase, r.ended = judging, fx.now
		r.timer.Stop()
	case ev == returned && r.phase == deaf:
		s := r.line.slot
		heldUp := s.line != nil && s.line.blocker() == r
		c.leave(r)
		if heldUp {
			c.resume(fx, s)
		}
		c.pass(fx, s)
	case ev == judged && r.phase == judging:
		c.finish(fx, r, r.outcome)
	case ev == discarded && r.phase.waits():
		c.leave(r)
	case ev == discarded && r.phase == running:
		r.cancel()
		r.timer.Reset(farewell)
	}
}

// ensure starts a run of l unless a run is under way or the number of the
// newest result is greater than than. If the run under way is overdue, ensure
// publishes its failure again instead. It reports whether it has started a run.
func (c *Collector) ensure(fx *effects, l *line, than uint64) bool {
	if l.dropped || c.ended || l.number() > than {
		return false
	}
	switch r := l.run; {
	case r == nil && l.blocker() != nil && l.blocker().phase == deaf:
		c.repeat(fx, l)
	case r == nil:
		c.start(fx, l)
		return true
	case r.phase == running && fx.now.mono >= r.end().mono:
		c.step(fx, r, timeUp) // Its timer is late: readers need not wait for it.
	case r.phase.waits() && r.starved:
		c.starve(fx, r)
	}
	return false
}

// start begins a run of l, which is idle.
func (c *Collector) start(fx *effects, l *line) {
	r := &run{line: l, asked: fx.now, index: -1}
	r.turn = r.dueBy()
	l.run = r
	r.timer = c.timer(r, addDurations(l.entry.patience, waitLimit(l)))
	c.await(fx, r)
}

// timer makes the timer that ends the present wait or call of r.
func (c *Collector) timer(r *run, d time.Duration) *time.Timer {
	waits := r.phase.waits()
	return time.AfterFunc(d, func() {
		c.act(func(fx *effects) {
			if r.phase.waits() == waits { // Otherwise r has moved on meanwhile.
				c.step(fx, r, timeUp)
			}
		})
	})
}
