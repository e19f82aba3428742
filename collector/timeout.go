package collector

import (
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// grace is how long after its timeout a check may still return its own error,
// which is more precise than ours.
const grace = 50 * time.Millisecond

// farewell is how long a call may take to return after its definition is gone. It
// is longer than grace, because no reader waits for the outcome, while a call that
// counts as deaf fails the next definition. On a busy machine a goroutine may get no
// processor for longer than grace.
const farewell = time.Second

// end returns when a run that is under way is given up.
func (r *run) end() instant { return r.started.add(addDurations(r.entry.Timeout, grace)) }

// giveUp publishes that the function of r has ignored the end of its context.
// The call keeps its slot until it returns, unless its definition is not
// committed, and releases its place.
func (c *Collector) giveUp(fx *effects, r *run) {
	l, s := r.line, r.line.slot
	if r.takesPlace() {
		c.taken--
	}
	l.run = nil
	r.phase = deaf
	r.cancel()
	if !l.committed {
		s.goAstray(r)
	}
	s.noteStuck()
	fx.changed = true
	o := &outcome{ran: true, reason: checks.ReasonTimeout, ended: fx.now, duration: fx.now.mono - r.started.mono, values: r.values.take()}
	o.evidence = r.trace.Evidence()
	o.output = fmt.Sprintf("timeout: the check did not return within %s", clip.Duration(r.entry.Timeout))
	o.blameStandstill(r.entry.Timeout)
	c.publish(fx, l, o)
	c.pass(fx, s)
}

// standstill is the delay in noticing a timeout from which the timeout is
// blamed on this process and not on the check: the process was stopped, or got
// no processor.
const standstill = time.Second

// blameStandstill blames a timeout on this process if it was noticed too late.
func (o *outcome) blameStandstill(timeout time.Duration) {
	if late := o.duration - timeout - grace; o.reason == checks.ReasonTimeout && late >= standstill {
		o.reason = checks.ReasonInternal
		o.output = shorten(fmt.Sprintf("local: this process stood still for %s: %s", clip.Duration(late), o.output))
	}
}
