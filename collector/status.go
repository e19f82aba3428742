package collector

// A tally counts the checks of the current set by their effect on the status.
type tally struct {
	failed  int // count, and have not passed
	unknown int // have no result
	soft    int // degrade: they warn, or have not passed but do not count
}

// add adds n times the check e with the result p.
func (t *tally) add(e *entry, p *published, n int) {
	counts := !e.Optional && e.mute == nil
	switch {
	case p == nil:
		t.unknown += n
	case counts && p.State != StatePassed:
		t.failed += n
	case p.State != StatePassed || p.Warning != "":
		t.soft += n
	}
}

// status returns the overall status by the newest results, however old they
// are. It is empty while the status is not known.
func (c *Collector) status() Status {
	switch {
	case c.drained() != nil || c.tally.failed > 0:
		return StatusFailed
	case c.tally.unknown > 0:
		return ""
	case c.tally.soft > 0:
		return StatusDegraded
	}
	return StatusPassed
}

// recount rebuilds the tally for a new set.
func (c *Collector) recount() {
	c.tally = tally{}
	for _, e := range c.set.Load().entries {
		c.tally.add(e, e.current.Load(), 1)
	}
}

// noteStatus schedules a call of OnStatus if the status has changed.
func (c *Collector) noteStatus(fx *effects) {
	if c.opts.OnStatus == nil || c.ended || c.tellingStatus {
		return
	}
	if s := c.status(); s != "" && s != c.toldStatus {
		c.tellingStatus = true
		fx.tellStatus = true
	}
}

// tellStatus calls OnStatus in its own goroutine. Changes during a call are
// merged.
func (c *Collector) tellStatus() {
	defer c.act(func(*effects) { // Also when the hook ends its goroutine.
		c.tellingStatus = false
		c.tellIdle()
	})
	c.mu.Lock()
	old, now := c.toldStatus, c.status()
	if now != "" {
		c.toldStatus = now
	}
	c.mu.Unlock()
	if now != "" && now != old {
		defer c.catch("status hook panicked", "status", now)
		c.opts.OnStatus(old, now)
	}
}
