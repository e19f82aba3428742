package collector

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// grace is how long after its timeout a check may still say for itself what
// went wrong. It knows more about it than we do.
const grace = 50 * time.Millisecond

// A phase is where a run stands. A line without a run is idle, or the call of
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

// A run is one attempt at a check. Its fields are guarded by the engine's lock,
// but for those that perform alone uses.
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

	entry   *entry // the definition that is called
	started instant
	ended   instant
	ctx     context.Context
	cancel  context.CancelFunc

	heard   reception     // when it began, if its check has a receiver
	holds   time.Duration // how long the receiver's judgement holds
	outcome *outcome      // written by perform before the event judged
	values  observations
	value   structured
}

// takesPlace reports whether r, which has begun, needs one of the places. A
// receiver only judges what it was told.
func (r *run) takesPlace() bool { return r.entry.Receiver == nil }

// end returns when a run that is under way is given up.
func (r *run) end() instant { return r.started.add(addDurations(r.entry.Timeout, grace)) }

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
		c.leave(r)
		c.resume(fx, r.line.slot)
		c.pass(fx, r.line.slot)
	case ev == judged && r.phase == judging:
		c.finish(fx, r, r.outcome)
	case ev == discarded && r.phase.waits():
		c.leave(r)
	case ev == discarded && r.phase == running:
		r.cancel()
		r.timer.Reset(grace)
	}
}

// ensure starts a run of l unless one is under way or the result is newer than
// that of the number than. If the run under way is overdue its failure is
// published anew instead. It reports whether it has started a run.
func (c *Collector) ensure(fx *effects, l *line, than uint64) bool {
	if l.dropped || c.ended || l.number() > than {
		return false
	}
	switch r := l.run; {
	case r == nil && l.slot.call != nil && l.slot.call.phase == deaf:
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
			if r.phase.waits() == waits { // Else it has moved on at the same moment.
				c.step(fx, r, timeUp)
			}
		})
	})
}

// yield is how long a check that has failed lets others go before it: its next
// result is most likely another failure, while a pass that is not renewed in
// time turns into a failure that is not true.
const yield = time.Minute

// dueBy returns by when r should get its place: the order of the queue. It is
// never before r was asked for, so each run gets its turn.
func (r *run) dueBy() time.Duration {
	switch p := r.line.result(); {
	case p == nil || p.State == StateSkipped: // Its dependencies have just passed.
		return r.asked.mono
	case p.Passed:
		return max(r.asked.mono, p.until.mono)
	}
	return addDurations(r.asked.mono, yield)
}

// waitLimit is how long a run may wait for its place: the life of the result
// that it is to replace, and a second.
func waitLimit(l *line) time.Duration {
	ttl := max(l.entry.FailedTTL, 0)
	if p := l.result(); p != nil {
		ttl = p.until.mono - p.at.mono
	}
	return addDurations(ttl, time.Second)
}

// longestWait is the longest that waitLimit can be.
func longestWait(e *entry) time.Duration {
	return addDurations(max(e.SuccessTTL, e.FailedTTL, 0), time.Second)
}

// await makes r wait for the results of the dependencies of its line.
func (c *Collector) await(fx *effects, r *run) {
	r.phase, r.awaited = awaiting, 1
	r.round++
	q := question{arrived: c.results.Load()}
	for _, dep := range r.line.entry.deps {
		if l := dep.line; !c.renew(fx, l, q) {
			r.awaited++
			l.awaiters = append(l.awaiters, awaiter{r, r.round})
		}
	}
	c.step(fx, r, dependencyReady)
}

// renew reports whether the result of l answers q, and sees to a new one if not.
func (c *Collector) renew(fx *effects, l *line, q question) bool {
	if c.look(l, q, fx.now).usable {
		return true
	}
	c.ensure(fx, l, l.number())
	return l.dropped || c.look(l, q, fx.now).usable
}

// admit puts r into the queue for a place, unless it can't run.
func (c *Collector) admit(fx *effects, r *run) {
	if c.turnedAway(fx, r) {
		return
	}
	if r.line.entry.Receiver != nil {
		c.begin(fx, r)
		return
	}
	r.phase = queued
	c.queue.add(r)
}

// turnedAway reports whether r can't run now, and then ends or holds it: it skips
// r if a dependency has not passed, fails it if the last call of its name
// is deaf, and holds it while that call may still return in time.
func (c *Collector) turnedAway(fx *effects, r *run) bool {
	l := r.line
	call := l.slot.call
	switch causes := l.causes(); {
	case len(causes) > 0:
		c.finish(fx, r, skip(causes))
	case call != nil && call.phase == deaf:
		c.leave(r)
		c.repeat(fx, l)
	case call != nil:
		r.phase = held
		l.slot.held = append(l.slot.held, r)
	default:
		return false
	}
	return true
}

// fill gives free places to those whose turn is next.
func (c *Collector) fill(fx *effects) {
	for c.taken < c.limits.Load().Concurrency && len(c.queue) > 0 {
		if r := c.queue.next(); !c.turnedAway(fx, r) {
			c.begin(fx, r)
		}
	}
}

// begin has the function of r called.
func (c *Collector) begin(fx *effects, r *run) {
	l := r.line
	l.slot.call = r
	r.timer.Stop()
	r.phase, r.entry, r.started = running, l.entry, fx.now
	if r.takesPlace() {
		c.taken++
	} else {
		l.slot.listen(fx)
		r.heard = *l.slot.reception
	}
	r.ctx, r.cancel = context.WithTimeout(c.base, r.entry.Timeout)
	r.timer = c.timer(r, addDurations(r.entry.Timeout, grace))
	c.calls++
	fx.calls = append(fx.calls, r)
}

// finish publishes the outcome of r, which is over.
func (c *Collector) finish(fx *effects, r *run, o *outcome) {
	s, called := r.line.slot, r.phase == judging
	if called && o.ran {
		o.ended, o.duration = r.ended, r.ended.mono-r.started.mono
		o.blameStandstill(r.entry.Timeout)
	}
	c.leave(r)
	c.publish(fx, r.line, o)
	if called {
		c.catchUp(fx, r)
		c.pass(fx, s)
	}
}

// leave ends r: it leaves its line, the queue, its place and its slot.
func (c *Collector) leave(r *run) {
	l, s := r.line, r.line.slot
	switch r.phase {
	case held:
		s.held = slices.DeleteFunc(s.held, func(other *run) bool { return other == r })
	case queued:
		c.queue.remove(r)
	case running, judging:
		if r.takesPlace() {
			c.taken--
		}
		s.call = nil
	case deaf:
		s.call = nil
		s.stuck.Store(false)
	}
	if l.run == r {
		l.run = nil
	}
	r.phase = over
	r.timer.Stop()
}

// pass admits the runs that were held while the last call under their name might
// return in time.
func (c *Collector) pass(fx *effects, s *slot) {
	runs := s.held
	s.held = nil
	for _, r := range runs {
		c.step(fx, r, slotFree)
	}
	c.sweep(s)
}

// giveUp publishes that the function of r has ignored the end of its context.
// The call keeps its slot until it returns, but gives its place back.
func (c *Collector) giveUp(fx *effects, r *run) {
	l, s := r.line, r.line.slot
	if r.takesPlace() {
		c.taken--
	}
	l.run = nil
	r.phase = deaf
	r.cancel()
	s.stuck.Store(true)
	fx.changed = true
	o := &outcome{ran: true, reason: checks.ReasonTimeout, ended: fx.now, duration: fx.now.mono - r.started.mono, values: r.values.take()}
	o.output = fmt.Sprintf("timeout: the check did not return within %s", ago(r.entry.Timeout))
	o.blameStandstill(r.entry.Timeout)
	c.publish(fx, l, o)
	c.pass(fx, s)
}

// repeat publishes the failure of a line while the call of its slot is deaf. It
// is not a run and is not counted as one.
func (c *Collector) repeat(fx *effects, l *line) {
	since := ago(fx.now.mono - l.slot.call.started.mono)
	o := &outcome{reason: checks.ReasonTimeout, output: fmt.Sprintf("timeout: the run started %s ago has not returned", since)}
	if old := l.result(); old != nil {
		o.duration = old.Duration
	}
	c.publish(fx, l, o)
}

// starve publishes that r has waited longer than it may. It goes on waiting.
func (c *Collector) starve(fx *effects, r *run) {
	r.starved = true
	waited := ago(fx.now.mono - r.asked.mono)
	text := fmt.Sprintf("local: waited %s for one of %d places", waited, c.limits.Load().Concurrency)
	switch r.phase {
	case awaiting:
		text = fmt.Sprintf("local: waited %s for the checks it depends on", waited)
	case held:
		text = fmt.Sprintf("local: waited %s for the run of its former definition", waited)
	}
	c.publish(fx, r.line, &outcome{reason: checks.ReasonInternal, output: text})
}

// wake starts the runs of checks that were skipped because l had not passed.
func (c *Collector) wake(fx *effects, l *line) {
	for _, dependent := range l.entry.dependents {
		if p := dependent.line.result(); p != nil && p.State == StateSkipped {
			c.ensure(fx, dependent.line, p.number)
		}
	}
}

// resume is called when a deaf call has returned at last. The failures that were
// published meanwhile were not runs, so the next run is due when the life of the
// last run's own result is over.
func (c *Collector) resume(fx *effects, s *slot) {
	fx.changed = true
	l := s.line
	if l == nil || l.run != nil {
		return
	}
	p := l.result()
	if p == nil || !p.fresh(fx.now) {
		return
	}
	if c.background {
		from := max(fx.now.mono, p.lastRunAt.mono+time.Duration(early*float64(p.lastTTL)))
		c.put(fx, l, p, from, from)
		return
	}
	expires := p.lastRunAt.add(p.lastTTL)
	shortened := *p
	shortened.until = earliest(p.until, instant{mono: max(expires.mono, fx.now.mono), wall: max(expires.wall, fx.now.wall)})
	l.entry.current.Store(&shortened)
}
