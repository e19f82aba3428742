package collector

import (
	"fmt"
	"runtime/debug"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A notice is a change of state that listeners have not seen yet.
type notice struct{ old, new *published }

// A finished is an outcome for the log at debug level, with the stack of a
// panic.
type finished struct {
	outcome *outcome
	first   bool // the previous result was not a panic
}

// notify records the result p, which follows old, for the log and the hook. If
// listeners are slow, changes that they have not seen are merged, and all
// outcomes but the newest are dropped: a slow hook or log builds up no queue.
func (c *Collector) notify(fx *effects, s *slot, old, p *published, o *outcome) {
	if c.opts.Logger == nil && c.opts.OnChange == nil {
		return
	}
	s.outcome = &finished{outcome: o, first: old == nil || old.Reason != checks.ReasonPanic}
	if old == nil || old.State != p.State {
		s.change(old, p)
	}
	c.inform(fx, s)
}

// change records a change of state, merged with any change that listeners have
// not seen.
func (s *slot) change(old, p *published) {
	if s.notice == nil {
		s.notice = &notice{old: old, new: p}
		return
	}
	s.notice.new = p
	if s.notice.old != nil && s.notice.old.State == p.State {
		s.notice = nil
	}
}

// inform starts to notify listeners, unless that is under way.
func (c *Collector) inform(fx *effects, s *slot) {
	if !s.telling && (s.notice != nil || s.outcome != nil) {
		s.telling = true
		fx.tell = append(fx.tell, s)
	}
}

// tell logs the events under one name and calls the hook, in its own goroutine:
// a slow logger or hook delays no reader, no other check and not the scheduler.
// There is one such goroutine for each name, so the hook sees changes in order.
func (c *Collector) tell(s *slot) {
	defer c.act(func(fx *effects) { // Also when the hook ends its goroutine.
		s.telling = false
		c.inform(fx, s)
		c.sweep(s)
		c.tellIdle()
	})
	c.mu.Lock()
	n, f := s.notice, s.outcome
	s.notice, s.outcome = nil, nil
	c.mu.Unlock()
	if f != nil {
		c.logOutcome(s.name, f)
	}
	if n != nil {
		c.logChange(n)
		c.callHook(n)
	}
}

func (c *Collector) callHook(n *notice) {
	if c.opts.OnChange == nil || n.old == nil && n.new.State == StatePassed {
		return
	}
	defer c.catch("change hook panicked", "check", n.new.Check)
	old := n.new.Result.blank()
	if n.old != nil {
		old = n.old.Result
	}
	c.opts.OnChange(old, n.new.Result)
}

// catch logs a panic of foreign code. It must be deferred.
func (c *Collector) catch(msg string, keyvals ...any) {
	if v := recover(); v != nil {
		keyvals = append([]any{"msg", msg}, keyvals...)
		level.Error(c.log).Log(append(keyvals, "err", c.clean(fmt.Sprint(v)), "stack", c.scrub(string(debug.Stack())))...)
	}
}

func (c *Collector) logChange(n *notice) {
	p := n.new
	switch {
	case p.State == StateFailed:
		level.Warn(c.log).Log("msg", "check failed", "check", p.Check, "reason", p.Reason,
			"duration", p.Duration, "optional", p.Optional, "err", p.Output)
	case p.State == StateSkipped:
		level.Info(c.log).Log("msg", "check skipped", "check", p.Check, "why", p.Output)
	case n.old != nil:
		level.Info(c.log).Log("msg", "check recovered", "check", p.Check,
			"after", p.at.mono-n.old.since.mono, "output", p.Output)
	default:
		level.Debug(c.log).Log("msg", "check passed", "check", p.Check, "output", p.Output)
	}
}

func (c *Collector) logOutcome(name string, f *finished) {
	o := f.outcome
	level.Debug(c.log).Log("msg", "check result", "check", name, "passed", o.passed, "ran", o.ran,
		"reason", o.reason, "duration", o.duration, "output", o.output, "warning", o.warning)
	if o.exhibit != nil && o.evidence.Recorded() {
		level.Debug(c.log).Log("msg", "evidence of a failed run", "check", name, "evidence", o.exhibit.logged(c))
	}
	if o.stack != nil && f.first {
		level.Error(c.log).Log("msg", "check panicked", "check", name, "err", o.output, "stack", c.scrub(string(o.stack)))
	}
}

// A calm logger recovers from the panics of another logger and drops them.
type calm struct {
	log interface{ Log(...any) error }
}

// Log implements [log.Logger].
func (l calm) Log(keyvals ...any) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("logger panicked: %v", v)
		}
	}()
	return l.log.Log(keyvals...)
}
