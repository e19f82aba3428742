package collector

import (
	"errors"
	"time"

	"github.com/go-kit/log/level"
)

// A Mute is an operator's decision to ignore the failure of a check. The check
// keeps running and keeps its result and state, but it counts as optional for
// the overall status and as passed for the checks that depend on it. A Mute is
// plain data, so that the caller can keep it across a restart.
type Mute struct {
	// Reason is part of every answer. It is required.
	Reason string
	// Until is when the mute ends by itself. It is required.
	Until time.Time
	// By names the operator.
	By string
	// Dependents also mutes the checks that depend on this one, directly or
	// indirectly.
	Dependents bool
}

// A muting is a Mute in effect.
type muting struct {
	Mute
	ending ending
}

// Mute mutes a check and replaces its previous mute. A mute belongs to the name
// and ends when the check is removed. The error is ErrUnknownCheck (wrapped),
// or names the missing field.
func (c *Collector) Mute(name string, m Mute) error {
	m.Reason, m.By = c.reason(m.Reason, ""), c.reason(m.By, "")
	if m.Reason == "" {
		return errors.New("mute: no reason, want one")
	}
	return c.mute(name, &m)
}

// Unmute ends the mute of a check. The error is ErrUnknownCheck (wrapped) if
// there is no such check.
func (c *Collector) Unmute(name string) error { return c.mute(name, nil) }

func (c *Collector) mute(name string, m *Mute) error {
	var err error
	c.act(func(fx *effects) {
		set := c.set.Load()
		e := set.byName[name]
		switch {
		case e == nil:
			err = set.unknown(name)
			return
		case m != nil && m.Until.UnixNano() <= fx.now.wall:
			err = errors.New("mute: would end in the past, want a time to come")
			return
		}
		c.setMute(e.line.slot, m, fx.now)
		c.refreshMutes(fx)
	})
	return err
}

// setMute sets the own mute of s; nil removes it.
func (c *Collector) setMute(s *slot, m *Mute, now instant) {
	if s.mute != nil {
		s.mute.ending.stop()
		s.mute = nil
		delete(c.muted, s.name)
	}
	if m == nil {
		return
	}
	active := &muting{Mute: *m}
	active.ending = c.endingAt(m.Until, now, func() { c.endMute(s, active) })
	s.mute, c.muted[s.name] = active, active
}

// endMute ends the mute m of s by itself, if it is still the present one.
func (c *Collector) endMute(s *slot, m *muting) {
	ended := false
	c.act(func(fx *effects) {
		if ended = s.mute == m; ended {
			c.setMute(s, nil, fx.now)
			c.refreshMutes(fx)
		}
	})
	if ended {
		level.Info(c.log).Log("msg", "mute ended", "check", s.name, "reason", m.Reason, "by", m.By)
	}
}

// refreshMutes brings the mutes of all checks up to date, after a change of mutes
// or of the set: a check has its own mute, or that of a check it depends on.
func (c *Collector) refreshMutes(fx *effects) {
	entries := c.set.Load().entries
	done := make(map[*entry]bool, len(entries))
	for _, e := range entries {
		e.findMute(fx.now, done)
	}
	for _, e := range entries {
		l := e.line
		p := l.result()
		if p == nil || p.Muted == e.shownMute() {
			continue
		}
		muted := *p
		muted.mute(e)
		e.current.Store(&muted)
		fx.changed = true
	}
	c.recount()
	fx.changed = true
	c.wakeSkipped(fx, entries)
}

// wakeSkipped starts the runs of skipped checks that no longer have a cause.
func (c *Collector) wakeSkipped(fx *effects, entries []*entry) {
	for _, e := range entries {
		if p := e.line.result(); p != nil && p.State == StateSkipped && len(e.line.causes()) == 0 {
			c.ensure(fx, e.line, p.number)
		}
	}
}

// findMute sets the mute of e, after the mutes of its dependencies.
func (e *entry) findMute(now instant, done map[*entry]bool) {
	if done[e] {
		return
	}
	done[e] = true
	e.mute = nil
	if m := e.line.slot.mute; m != nil && now.before(m.ending.at) {
		e.mute = m
	}
	for _, dep := range e.deps {
		dep.findMute(now, done)
		if e.mute == nil && dep.mute != nil && dep.mute.Dependents {
			e.mute = dep.mute
		}
	}
}

// shownMute returns the mute of e as results show it.
func (e *entry) shownMute() *Mute {
	if e.mute == nil {
		return nil
	}
	return &e.mute.Mute
}

// mute copies the mute of e into the result.
func (p *published) mute(e *entry) {
	p.Muted, p.mutedUntil = e.shownMute(), never
	if e.mute != nil {
		p.mutedUntil = e.mute.ending.at
	}
}
