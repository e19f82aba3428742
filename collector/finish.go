package collector

import (
	"fmt"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

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
		if s.stray == r {
			s.stray = nil
		} else {
			s.call = nil
		}
	}
	if l.run == r {
		l.run = nil
	}
	r.phase = over
	r.timer.Stop()
	s.noteStuck()
}

// pass admits the runs that were held while the last call under their name
// could still return in time.
func (c *Collector) pass(fx *effects, s *slot) {
	runs := s.held
	s.held = nil
	for _, r := range runs {
		c.step(fx, r, slotFree)
	}
	c.sweep(s)
}

// repeat publishes the failure of a line again while the call of its slot is
// deaf. The repetition is not a run and is not counted as one.
func (c *Collector) repeat(fx *effects, l *line) {
	since := clip.Duration(fx.now.mono - l.blocker().started.mono)
	o := &outcome{reason: checks.ReasonTimeout, output: fmt.Sprintf("timeout: the run started %s ago has not returned", since)}
	if old := l.result(); old != nil {
		o.duration = old.Duration
	}
	c.publish(fx, l, o)
}

// starve publishes that r has waited longer than it may. r continues to wait.
func (c *Collector) starve(fx *effects, r *run) {
	if end := r.allowance(); r.phase == held && fx.now.before(end) {
		r.timer.Reset(end.mono - fx.now.mono)
		return
	}
	r.starved = true
	waited := clip.Duration(fx.now.mono - r.asked.mono)
	text := fmt.Sprintf("local: waited %s for one of %d places", waited, c.limits.Load().Concurrency)
	switch r.phase {
	case awaiting:
		text = fmt.Sprintf("local: waited %s for the checks it depends on", waited)
	case held:
		text = fmt.Sprintf("local: waited %s for the run of another definition", waited)
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

// resume is called when a deaf call has finally returned. The failures
// published meanwhile were not runs, so the next run is due when the result of
// the last run expires.
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
