package collector

import (
	"fmt"
	"runtime/debug"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A notice is a change of state that somebody has yet to be told of.
type notice struct{ old, new *published }

// notify notes a change. One that has not been told yet is taken together with
// it, so that a slow hook makes no queue; the caller holds the lock.
func (t *track) notify(old, p *published) {
	if t.notice == nil {
		t.notice = &notice{old: old, new: p}
		return
	}
	t.notice.new = p
	if t.notice.old != nil && t.notice.old.State == p.State {
		t.notice = nil
	}
}

// tell logs and hands on what has changed, in a goroutine of its own: a logger
// or a hook that takes its time holds up no reader, no other check and not the
// scheduler. For one check it is one change after the other.
func (c *Collector) tell(t *track) {
	t.mu.Lock()
	n := t.notice
	if n == nil || t.telling {
		t.mu.Unlock()
		return
	}
	t.notice, t.telling = nil, true
	t.mu.Unlock()
	go func() {
		defer c.told(t) // Also when the hook ends its goroutine.
		c.logChange(n)
		c.callHook(n)
	}()
}

// told goes on with what has changed meanwhile.
func (c *Collector) told(t *track) {
	t.mu.Lock()
	t.telling = false
	t.mu.Unlock()
	c.tell(t)
}

func (c *Collector) callHook(n *notice) {
	if c.opts.OnChange == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			level.Error(c.opts.Logger).Log("msg", "change hook panicked", "check", n.new.Check,
				"err", c.clean(fmt.Sprint(v)), "stack", c.scrub(string(debug.Stack())))
		}
	}()
	old := n.new.Result.blank()
	if n.old != nil {
		old = n.old.Result
	}
	c.opts.OnChange(old, n.new.Result)
}

func (c *Collector) logChange(n *notice) {
	p := n.new
	switch {
	case p.State == StateFailed:
		level.Warn(c.opts.Logger).Log("msg", "check failed", "check", p.Check, "reason", p.Reason,
			"duration", p.Duration, "optional", p.Optional, "err", p.Output)
	case p.State == StateSkipped:
		level.Info(c.opts.Logger).Log("msg", "check skipped", "check", p.Check, "why", p.Output)
	case n.old != nil:
		level.Info(c.opts.Logger).Log("msg", "check recovered", "check", p.Check,
			"after", p.at.mono-n.old.since.mono, "output", p.Output)
	default:
		level.Debug(c.opts.Logger).Log("msg", "check passed", "check", p.Check, "output", p.Output)
	}
}

// logRun logs one result at debug, and the stack of a panic the first time.
func (c *Collector) logRun(t *track, old *published, o outcome) {
	name := t.definition().Name
	level.Debug(c.opts.Logger).Log("msg", "check result", "check", name, "passed", o.passed, "ran", o.ran,
		"reason", o.reason, "duration", o.duration, "output", o.output, "warning", o.warning)
	if o.stack != nil && (old == nil || old.Reason != checks.ReasonPanic) {
		level.Error(c.opts.Logger).Log("msg", "check panicked", "check", name, "err", o.output, "stack", c.scrub(string(o.stack)))
	}
}
