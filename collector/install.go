package collector

// install makes next the current set. The caller holds changing, or is New.
func (c *Collector) install(fx *effects, next *set) {
	old := c.set.Load()
	lives := old.lives()
	for _, e := range next.entries {
		c.adopt(fx, e)
	}
	for _, e := range old.entries {
		if next.byName[e.Name] == nil {
			c.retire(fx, e.line.slot)
		}
	}
	c.set.Store(next)
	fx.changed = true
	for _, l := range fx.gone { // Only now: a run that waits for l goes on in the new set.
		c.discard(fx, l)
		c.sweep(l.slot)
	}
	fx.gone = nil
	c.refreshMutes(fx)
	if c.ended {
		return
	}
	for _, e := range next.entries {
		c.goOn(fx, e, lives)
	}
}

// adopt makes e visible: it gives e its line, and the line its place.
func (c *Collector) adopt(fx *effects, e *entry) {
	s := c.slotOf(e.Name)
	switch before := s.line; {
	case e.line != nil && e.line == s.candidate:
		c.promote(fx, s)
	case before != nil && (e.line == before || same(before.entry.Check, e.Check)):
		before.redefine(e)
	default:
		s.line = c.newLine(e)
		supersede(fx, before, s.line)
	}
	if s.counters == nil {
		s.counters = c.newCounters(s.name)
	}
	e.line, e.counters = s.line, s.counters
	e.line.committed = true
	s.noteStuck()
}

// promote makes the candidate of s its line, counts the outcomes that the
// candidate has had so far, and notifies listeners.
func (c *Collector) promote(fx *effects, s *slot) {
	before, l := s.line, s.candidate
	s.line, s.candidate = l, nil
	supersede(fx, before, l)
	if s.counters == nil {
		s.counters = c.newCounters(s.name)
	}
	if p := l.result(); p != nil && (l.former == nil || l.former.State != p.State) {
		s.note(p)
	}
	for i, o := range l.uncounted {
		s.counters.add(o)
		s.runs.add(o)
		if i == len(l.uncounted)-1 {
			c.notify(fx, s, l.former, l.result(), o)
		}
	}
	l.uncounted = nil
	if l.blocker() == nil && l.number() > 0 && l.result().neverRan() {
		c.resume(fx, s)
	}
}

// supersede ends a line, if there is one, whose name goes on with l.
func supersede(fx *effects, before, l *line) {
	if before != nil {
		l.former = either(before.result(), before.former)
		fx.end(before)
	}
}

// end makes l publish nothing more. Its run ends once the new set is in place.
func (fx *effects) end(l *line) {
	l.dropped = true
	fx.gone = append(fx.gone, l)
}

// neverRan reports whether p and all results before it were published without a
// run, because an earlier call under the name was deaf or no place was free.
func (p *published) neverRan() bool { return p.lastRunAt == (instant{}) && p.State != StateSkipped }

// retire empties a slot whose definition is gone. A call under way keeps the
// slot until it returns.
func (c *Collector) retire(fx *effects, s *slot) {
	l := s.line
	s.line, s.counters, s.notice, s.outcome, s.transitions, s.reception = nil, nil, nil, nil, nil, nil
	s.runs = ring{}
	c.setMute(s, nil, fx.now)
	fx.end(l)
	if c.durations != nil {
		c.durations.DeleteLabelValues(s.name)
	}
}

// goOn updates a line that continues in a new set: the results that it waits
// for, and when it is due.
func (c *Collector) goOn(fx *effects, e *entry, lives map[*line]instant) {
	l := e.line
	if r := l.run; r != nil && r.phase == awaiting {
		c.await(fx, r)
	}
	p := l.result()
	switch {
	case p == nil:
		if c.background {
			c.ensure(fx, l, 0)
		}
	case c.background && (l.due == nil || p.until != lives[l]):
		c.schedule(fx, l)
	}
}

// lives returns when each result of the set expires.
func (s *set) lives() map[*line]instant {
	until := make(map[*line]instant, len(s.entries))
	for _, e := range s.entries {
		if p := e.current.Load(); p != nil {
			until[e.line] = p.until
		}
	}
	return until
}
