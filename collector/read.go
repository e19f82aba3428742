package collector

import (
	"context"
)

// A source says where the results of a report came from; the worst source
// counts. It is a label of healthcheck_cache_requests_total.
type source int

const (
	hit       source = iota // everything was fresh
	stale                   // something was old, its renewal under way
	coalesced               // this reader joined a run
	miss                    // this reader started a run
	outcomes
)

func (a source) String() string { return [...]string{"hit", "stale", "coalesced", "miss"}[a] }

// maxRounds bounds how often a reader requests new results. One round is enough
// unless results expire while the reader waits for others; after the last round
// those results are unknown.
const maxRounds = 10

// Report returns the newest results, and runs the checks whose results have
// expired. The context bounds only how long this caller waits: a check whose
// run has not finished when ctx ends, or after MaxWait, is unknown, and its run
// continues. The error is ErrUnknownCheck (wrapped), or ErrEnded after the end
// of BaseContext. With ErrUnknownCheck the report has only its Epoch: that of
// the set without such a check.
func (c *Collector) Report(ctx context.Context, f Filter) (Report, error) {
	now := c.now()
	if sel, err := c.set.Load().selection(f); err == nil {
		if s := c.valid(sel, now); s != nil {
			return c.answer(s, now), nil
		}
	}
	return c.inquire(ctx, f, now)
}

// answer returns the report of a snapshot that was valid at now, and counts it.
func (c *Collector) answer(s *snapshot, now instant) Report {
	c.requests[s.source].Inc()
	report := s.report
	report.Time = now.time()
	return report
}

// inquire is Report for a reader that may have to wait.
func (c *Collector) inquire(ctx context.Context, f Filter, now instant) (Report, error) {
	q, p := question{arrived: c.results.Load()}, c.patience(ctx, now)
	for {
		set := c.set.Load()
		sel, err := set.selection(f)
		if err != nil {
			return Report{Epoch: set.epoch}, err
		}
		s, now, err := c.consult(sel, q, p)
		switch {
		case err != nil:
			return Report{}, err
		case s != nil:
			return c.answer(s, now), nil
		}
		// The checks were replaced meanwhile. The question and its time limit
		// stay the same.
	}
}

// Peek returns the newest results like Report, but starts no run, never waits,
// and is not counted as an answer. A check whose result has expired is unknown
// unless Report would still show that result.
func (c *Collector) Peek(f Filter) (Report, error) {
	for {
		set := c.set.Load()
		sel, err := set.selection(f)
		if err != nil {
			return Report{Epoch: set.epoch}, err
		}
		x := c.examine(sel, question{arrived: c.results.Load(), hurried: true}, hit, true)
		switch {
		case x.ended:
			return Report{}, ErrEnded
		case x.snapshot != nil:
			report := x.snapshot.report
			report.Time = x.now.time()
			return report, nil
		}
	}
}

// consult gets results that answer q, within the patience p, and returns a
// snapshot of them, or nil if the set has been replaced.
func (c *Collector) consult(sel *selection, q question, p patience) (*snapshot, instant, error) {
	did := hit
	for round := 1; ; round++ {
		last := round > maxRounds
		q.hurried = last && p.hurried
		x := c.examine(sel, q, did, last)
		switch {
		case x.replaced:
			return nil, x.now, nil
		case x.ended:
			return nil, x.now, ErrEnded
		case x.snapshot != nil:
			return x.snapshot, x.now, nil
		}
		did = x.did
		if !p.await(c, x.waits) {
			round = maxRounds
		}
	}
}

// An examination is the outcome of one pass over the results of a selection: a
// snapshot, or the results to wait for before the next pass.
type examination struct {
	now      instant
	snapshot *snapshot
	waits    []wait
	did      source
	replaced bool // the set has been replaced
	ended    bool // there will be no results
}

// examine decides whether the results of sel answer q, and starts or joins runs
// where they don't. In the last round checks without such a result are unknown.
func (c *Collector) examine(sel *selection, q question, did source, last bool) examination {
	sel.building.Lock()
	defer sel.building.Unlock()
	x := examination{now: c.now(), did: did}
	if s := c.valid(sel, x.now); s != nil {
		mine := *s
		mine.source = max(s.source, did)
		x.snapshot = &mine
		return x
	}
	b := &builder{generation: c.generation.Load(), results: make([]*Result, len(sel.entries)), until: never}
	var doubtful []int
	for i, e := range sel.entries {
		if p := e.current.Load(); p.fresh(x.now) && p.State != StateSkipped && x.now.before(p.mutedUntil) {
			b.use(i, p, p.until)
		} else {
			doubtful = append(doubtful, i)
		}
	}
	if len(doubtful) > 0 {
		c.act(func(fx *effects) { c.resolve(fx, &x, b, sel, doubtful, q, last) })
	}
	// Results of a set that has been replaced are no longer renewed.
	if x.replaced = x.replaced || c.set.Load() != sel.set; x.replaced || x.ended || len(x.waits) > 0 {
		return x
	}
	x.snapshot = c.snapshot(sel, b, x.did)
	return x
}

// resolve does what examine does for entries without a fresh result.
func (c *Collector) resolve(fx *effects, x *examination, b *builder, sel *selection, entries []int, q question, last bool) {
	x.now = fx.now
	if x.replaced = c.set.Load() != sel.set; x.replaced {
		return
	}
	for _, i := range entries {
		e := sel.entries[i]
		if p := e.line.result(); p != nil && !fx.now.before(p.mutedUntil) {
			c.refreshMutes(fx) // Its timer is late.
		}
		v := c.look(e.line, q, fx.now)
		if !v.usable && !last {
			if c.ensure(fx, e.line, e.line.number()) {
				x.did = miss
			}
			v = c.look(e.line, q, fx.now)
		}
		p := e.line.result()
		switch {
		case v.usable:
			b.use(i, p, v.until)
			if v.stale {
				x.did = max(x.did, stale)
			}
		case c.ended:
			x.ended = true
		case last:
			b.results[i], b.incomplete = e.unknown(p, fx.now), true
		default:
			x.did = max(x.did, coalesced)
			x.waits = append(x.waits, wait{e.line.wait(), p.early() && !e.Optional && e.mute == nil})
		}
	}
}
