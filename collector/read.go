package collector

import (
	"context"
)

// An answered says where an answer came from, the worst of its results
// counting: a label of healthcheck_cache_requests_total.
type answered int

const (
	hit       answered = iota // everything was fresh
	stale                     // something was old, its renewal under way
	coalesced                 // this reader joined a run
	miss                      // this reader started a run
	outcomes
)

func (a answered) String() string { return [...]string{"hit", "stale", "coalesced", "miss"}[a] }

// Report answers from what is known, and runs what has expired. The context
// bounds only how long this caller waits for that: a check whose run has not
// finished by then is answered as unknown, and the run goes on. The only error
// is ErrUnknownCheck.
func (c *Collector) Report(ctx context.Context, f Filter) (Report, error) {
	for {
		set := c.set.Load()
		sel, err := set.selection(f)
		if err != nil {
			return Report{}, err
		}
		now := c.now()
		s := c.valid(sel, now)
		if s == nil {
			s, now = c.renew(ctx, sel, now)
		}
		if s == nil {
			continue // The set was replaced while we waited.
		}
		c.requests[s.answered].Inc()
		report := s.report
		report.Time = now.time()
		return report, nil
	}
}

// renew runs what has expired, waits for it, and returns a snapshot with the
// moment it is of; nil when the set was replaced meanwhile.
func (c *Collector) renew(ctx context.Context, sel *selection, now instant) (*snapshot, instant) {
	wait, stop := c.patience(ctx)
	defer stop()
	worst, arrived := hit, c.results.Load()
	for {
		runs, did := c.demandAll(sel, arrived, now)
		worst = max(worst, did)
		if len(runs) == 0 {
			break
		}
		finished := awaitAll(runs, wait)
		now = c.now()
		if !finished {
			break
		}
	}
	if c.set.Load() != sel.set {
		return nil, now
	}
	return c.build(sel, arrived, now, worst), now
}

// patience returns a channel that is closed when the caller has waited enough,
// by its own context or by MaxWait.
func (c *Collector) patience(ctx context.Context) (<-chan struct{}, func()) {
	limit := c.limits.Load().MaxWait
	switch {
	case limit == 0:
		return ctx.Done(), func() {}
	case limit < 0:
		limit = 0
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	return ctx.Done(), cancel
}

// awaitAll waits until every run is done, or enough is enough.
func awaitAll(runs []*run, enough <-chan struct{}) bool {
	for _, r := range runs {
		select {
		case <-r.done:
			continue
		default:
		}
		select {
		case <-r.done:
		case <-enough:
			return false
		}
	}
	return true
}

// demandAll returns the runs that a reader has to wait for who arrived when so
// many results had been published.
func (c *Collector) demandAll(sel *selection, arrived uint64, now instant) (runs []*run, worst answered) {
	for _, e := range sel.entries {
		r, did := c.demand(e, arrived, now)
		worst = max(worst, did)
		if r != nil {
			runs = append(runs, r)
		}
	}
	return runs, worst
}

// demand returns the run that such a reader has to wait for, which is started if
// there is none; or nil, when what is published will do.
func (c *Collector) demand(e *entry, arrived uint64, now instant) (*run, answered) {
	if p := e.current.Load(); p.answers(arrived, now) && p.State != StateSkipped {
		return nil, hit
	}
	t := e.track
	t.mu.Lock()
	p := t.current.Load()
	if r := t.run; r != nil {
		if r.placed && now.mono >= r.deadline().mono {
			t.mu.Unlock()
			c.giveUp(r) // Its timer is late, and nobody waits for that.
			return nil, hit
		}
		defer t.mu.Unlock()
		switch {
		case p != nil && p.State == StateSkipped && !c.scheduler.running():
			return r, coalesced // Its dependency has just passed again.
		case p.answers(arrived, now):
			return nil, hit
		case p != nil && r.covers(now):
			return nil, stale
		}
		return r, coalesced
	}
	if p.answers(arrived, now) || t.retired {
		t.mu.Unlock()
		return nil, hit
	}
	if t.stuck != nil {
		c.repeatLocked(t, now)
		t.mu.Unlock()
		c.schedule(t)
		c.tell(t)
		return nil, hit
	}
	r := c.startLocked(t, now)
	t.mu.Unlock()
	c.launch(r)
	return r, miss
}

// answers reports whether such a reader may be given p: it is fresh, or newer
// than the question.
func (p *published) answers(arrived uint64, now instant) bool {
	return p != nil && (now.before(p.until) || p.number > arrived)
}

// covers reports whether the old result may still be handed out because r,
// which got its place while that was fresh, is under way. The caller holds the
// lock of the track.
func (r *run) covers(now instant) bool {
	return r.placed && r.inTime && now.before(r.deadline())
}

func (r *run) deadline() instant { return r.started.add(r.check.Timeout + grace) }
