package collector

import (
	"context"
	"time"
)

// A question is one reader's request. A result published before the question
// arrived is old.
type question struct {
	arrived uint64 // results published before
	hurried bool   // the reader can't wait
}

// A verdict says whether a result answers a question and, if so, until when it
// answers other questions too. The zero instant means that it does not.
type verdict struct {
	usable bool
	stale  bool // the result is old, its renewal under way
	until  instant
}

// freshness decides whether the result p of e answers q. p answers q if it is
// fresh; if it has expired but a run that got its place while p was fresh is
// under way; or if it was published after the question, as happens when nothing
// is cached. A result that expired longer ago than a run may take is never
// used; a result from before a restart is used until then while the first run
// is under way. A reader in a hurry may get the last result of a check whose
// results are not kept. r is the run that will bring the next result, or nil. A
// reader that insists waits for the run of a skipped check whose dependency has
// just passed again.
func freshness(e *entry, p *published, r *run, q question, insists bool, now instant) verdict {
	switch {
	case p == nil:
		return verdict{}
	case p.fresh(now) && (p.State != StateSkipped || r == nil || !insists || p.number > q.arrived):
		return verdict{usable: true, until: p.until}
	case p.fresh(now):
		return verdict{}
	}
	limit := e.limit()
	if end := p.until.add(limit); p.restored && r != nil && now.before(end) {
		return verdict{usable: true, stale: true, until: end}
	}
	if r != nil && (r.phase == running || r.phase == judging) && r.started.before(p.until) {
		if end := r.started.add(min(limit, r.entry.limit())); now.before(end) {
			return verdict{usable: true, stale: true, until: end}
		}
	}
	isNew := p.number > q.arrived || q.hurried && p.until == p.at
	return verdict{usable: isNew && now.before(p.until.add(limit))}
}

// look applies freshness to the newest result of l. The caller holds the lock.
func (c *Collector) look(l *line, q question, now instant) verdict {
	r := l.run
	if r != nil && r.wasHeld {
		if p, end := l.result(), r.allowance(); !p.fresh(now) && now.before(end) {
			return verdict{usable: true, stale: true, until: end}
		}
	}
	if r != nil && r.phase == held {
		r = l.slot.call // r waits for this call to end.
	}
	return freshness(l.entry, l.result(), r, q, !c.background, now)
}

// allowance returns until when readers get the expired result that r renews if a
// call of another definition has held up r: one timeout longer. It returns the
// zero instant if r was asked for after the result expired.
func (r *run) allowance() instant {
	p := r.line.result()
	if p == nil || !r.asked.before(p.until) {
		return instant{}
	}
	return p.until.add(addDurations(r.line.entry.Timeout, grace))
}

// A patience is how long a reader waits: until one moment for the first results
// of checks that are not optional, until another moment for all other results.
// The moments are on the collector's monotonic clock and do not move while the
// set of checks changes.
type patience struct {
	hurried     bool            // the reader's context has ended before it asked
	done        <-chan struct{} // of the reader's context
	first, rest time.Duration
}

// patience returns how long a reader that arrives now waits.
func (c *Collector) patience(ctx context.Context, now instant) patience {
	p := patience{hurried: ctx.Err() != nil, done: ctx.Done(), first: never.mono, rest: never.mono}
	l := c.limits.Load()
	switch {
	case l.MaxWait < 0:
		p.first, p.rest = now.mono, now.mono
	case l.MaxWait > 0:
		p.rest = addDurations(now.mono, l.MaxWait)
		p.first = max(p.rest, c.startup())
	}
	return p
}

// startup returns until when readers wait for first results: StartupWait after
// the start, or the longest chain of timeouts, at most 5 seconds.
func (c *Collector) startup() time.Duration {
	if wait := c.limits.Load().StartupWait; wait != 0 {
		return max(wait, 0)
	}
	return c.set.Load().startup
}

// A wait is for the next result of one check.
type wait struct {
	published <-chan struct{}
	first     bool // the check counts and has no result of this process yet
}

// await waits for all results. It reports false if the patience ends first.
func (p patience) await(c *Collector, waits []wait) bool {
	return p.awaitSome(c, waits, true, p.first) && p.awaitSome(c, waits, false, p.rest)
}

func (p patience) awaitSome(c *Collector, waits []wait, first bool, deadline time.Duration) bool {
	var timeUp <-chan time.Time
	for _, w := range waits {
		if w.first != first || isClosed(w.published) {
			continue
		}
		if timeUp == nil && deadline != never.mono {
			left := deadline - c.now().mono
			if left <= 0 {
				return false
			}
			timer := time.NewTimer(left)
			defer timer.Stop()
			timeUp = timer.C
		}
		select {
		case <-w.published:
		case <-p.done:
			return false
		case <-timeUp:
			return false
		}
	}
	return true
}

func isClosed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// limit is how long one run may take.
func (e *entry) limit() time.Duration { return addDurations(e.Timeout, grace) }

// early reports whether p is not a result of this process: the first run has
// not finished.
func (p *published) early() bool { return p == nil || p.restored }

// fresh reports whether readers may get the result without waiting for a run.
func (p *published) fresh(now instant) bool { return p != nil && now.before(p.until) }

// ttl is how long a result is kept. A pass that has not yet changed the state
// of the check is kept for the failed TTL.
func (e *entry) ttl(settledPass bool) time.Duration {
	if settledPass {
		return max(e.SuccessTTL, 0)
	}
	return max(e.FailedTTL, 0)
}
