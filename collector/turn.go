package collector

import (
	"context"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// yield is how long a check that has failed lets others go first: its next
// result is most likely another failure, while a pass that is not renewed in
// time becomes a false failure.
const yield = time.Minute

// dueBy returns the time by which r should get its place; it orders the queue.
// It is never before the moment r was requested, so each run gets its turn.
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
// that it replaces, plus a second.
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

// renew reports whether the result of l answers q. If not, it requests a new
// result.
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

// turnedAway reports whether r can't run now. If so, it skips r if a dependency
// has not passed, fails r if the last call under its name is deaf, and holds r
// while that call may still return in time.
func (c *Collector) turnedAway(fx *effects, r *run) bool {
	l := r.line
	call := l.blocker()
	switch causes := l.causes(); {
	case len(causes) > 0:
		c.finish(fx, r, skip(causes))
	case call != nil && call.phase == deaf:
		c.leave(r)
		c.repeat(fx, l)
	case call != nil:
		r.phase, r.wasHeld = held, true
		l.slot.held = append(l.slot.held, r)
	default:
		return false
	}
	return true
}

// fill gives free places to the runs whose turn is next.
func (c *Collector) fill(fx *effects) {
	for c.taken < c.limits.Load().Concurrency && len(c.queue) > 0 {
		if r := c.queue.next(); !c.turnedAway(fx, r) {
			c.begin(fx, r)
		}
	}
}

// begin schedules the call of r's function.
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
	r.ctx, r.trace = checks.WithTrace(r.ctx)
	r.timer = c.timer(r, addDurations(r.entry.Timeout, grace))
	c.calls++
	fx.calls = append(fx.calls, r)
}
