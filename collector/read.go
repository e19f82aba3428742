package collector

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
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

// A paddedCounter has a cache line of its own, so that readers on several
// processors do not slow each other down.
type paddedCounter struct {
	atomic.Uint64
	_ [56]byte
}

// A selection is the checks that one filter selects, with the newest snapshot
// of their results.
type selection struct {
	set      *set
	entries  []*entry
	newest   atomic.Pointer[snapshot]
	building sync.Mutex
}

// A snapshot is a report that can be given to every reader until something
// changes or is over.
type snapshot struct {
	report     Report // without its time
	generation uint64
	until      instant
	answered   answered
}

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
		c.requests[s.answered].Add(1)
		report := s.report
		report.Time = now.time()
		return report, nil
	}
}

// valid returns the newest snapshot of sel if it is still true. It takes no
// lock.
func (c *Collector) valid(sel *selection, now instant) *snapshot {
	s := sel.newest.Load()
	if s == nil || s.generation != c.generation.Load() || !now.before(s.until) {
		return nil
	}
	return s
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
	limit := time.Duration(c.maxWait.Load())
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

// build puts the results together, once for all readers of sel.
func (c *Collector) build(sel *selection, arrived uint64, now instant, did answered) *snapshot {
	sel.building.Lock()
	defer sel.building.Unlock()
	if s := c.valid(sel, now); s != nil {
		mine := *s
		mine.answered = max(s.answered, did)
		return &mine
	}
	generation := c.generation.Load()
	s := &snapshot{generation: generation, until: never, answered: did}
	complete := true
	results := make([]*Result, len(sel.entries))
	for i, e := range sel.entries {
		p := e.current.Load()
		until, covered := e.validity(p, now)
		if !covered && !p.answers(arrived, now) {
			results[i] = e.unknown(p, now)
			complete = false
			continue
		}
		if !p.fresh(now) && covered {
			s.answered = max(s.answered, stale)
		}
		results[i] = &p.Result
		s.until = earliest(s.until, until)
	}
	s.report = c.sum(results)
	if !complete {
		return s
	}
	c.keep(sel, s)
	return s
}

// keep makes s the snapshot of all later readers: they find hits, or stale
// results. It has the version of the last one if nothing has changed but time.
func (c *Collector) keep(sel *selection, s *snapshot) {
	if last := sel.newest.Load(); last != nil && last.report.Draining == s.report.Draining &&
		slices.Equal(last.report.Results, s.report.Results) {
		s.report.Version, s.report.Results = last.report.Version, last.report.Results
	} else {
		s.report.Version = c.versions.Add(1)
	}
	kept := *s
	if kept.answered > stale {
		kept.answered = hit
	}
	sel.newest.Store(&kept)
}

// validity returns until when p may be handed out: while it is fresh, or while
// a run that covers it is under way.
func (e *entry) validity(p *published, now instant) (until instant, valid bool) {
	if p.fresh(now) {
		return p.until, true
	}
	if p == nil {
		return instant{}, false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.run != nil && e.run.covers(now) {
		return e.run.deadline(), true
	}
	return instant{}, false
}

// unknown is the answer for a check whose result is not there in time. It is
// not stored.
func (e *entry) unknown(p *published, now instant) *Result {
	r := &Result{State: StateUnknown, Reason: checks.ReasonInternal, Output: "not checked yet"}
	r.define(e)
	r.Time, r.Expires = now.time(), now.time()
	if p != nil {
		age := max(now.mono-p.at.mono, time.Duration(now.wall-p.at.wall))
		r.Output = fmt.Sprintf("result of %s ago expired, run not finished", ago(age))
		r.Time, r.Expires, r.Duration = p.Time, p.Expires, p.Duration
		r.Since, r.LastSuccess = p.Since, p.LastSuccess
	}
	return r
}

// sum makes a report of results.
func (c *Collector) sum(results []*Result) Report {
	report := Report{Status: StatusPassed, Results: results}
	for _, r := range results {
		switch {
		case r.State != StatePassed && !r.Optional:
			report.Status = StatusFailed
		case (r.State != StatePassed || r.Warning != "") && report.Status == StatusPassed:
			report.Status = StatusDegraded
		}
	}
	if why := c.draining.Load(); why != nil {
		report.Status, report.Draining = StatusFailed, *why
	}
	return report
}

// maxSelections bounds how many filters are remembered: they come from outside.
const maxSelections = 128

// selection returns what f selects. A name or tag that nothing has is an error.
// It takes no lock for a filter that is remembered.
func (s *set) selection(f Filter) (*selection, error) {
	if len(f.Names) == 0 && len(f.Exclude) == 0 && len(f.Tags) == 0 {
		return s.all, nil
	}
	var room [128]byte
	key := f.appendKey(room[:0])
	if known := s.selections.Load(); known != nil {
		if sel := (*known)[string(key)]; sel != nil {
			return sel, nil
		}
	}
	if err := s.knows(f); err != nil {
		return nil, err
	}
	sel := &selection{set: s}
	for _, e := range s.entries {
		if f.selects(e) {
			sel.entries = append(sel.entries, e)
		}
	}
	if len(sel.entries) == 0 {
		return nil, fmt.Errorf("%w: the selection leaves none", ErrUnknownCheck)
	}
	return s.remember(string(key), sel), nil
}

// remember keeps sel for others who ask for the same, or returns what somebody
// else has kept meanwhile. Readers have the map, so it is a new one every time.
func (s *set) remember(key string, sel *selection) *selection {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]*selection{key: sel}
	if before := s.selections.Load(); before != nil {
		if first := (*before)[key]; first != nil {
			return first
		}
		if len(*before) < maxSelections {
			maps.Copy(known, *before)
		}
	}
	s.selections.Store(&known)
	return sel
}

// appendKey appends what only an equal filter appends too: what names say comes
// from outside, so they are told apart by their lengths.
func (f Filter) appendKey(dst []byte) []byte {
	for _, list := range [...][]string{f.Names, f.Exclude, f.Tags} {
		dst = binary.AppendUvarint(dst, uint64(len(list)))
		for _, s := range list {
			dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
		}
	}
	return dst
}

// knows is an error for a name or a tag that no check has.
func (s *set) knows(f Filter) error {
	for _, name := range slices.Concat(f.Names, f.Exclude) {
		if s.byName[name] == nil {
			return fmt.Errorf("%w %q", ErrUnknownCheck, name)
		}
	}
	for _, tag := range f.Tags {
		if !s.tags[tag] {
			return fmt.Errorf("%w: no check has the tag %q", ErrUnknownCheck, tag)
		}
	}
	return nil
}

func (f Filter) selects(e *entry) bool {
	hasTag := func(tag string) bool { return slices.Contains(e.Tags, tag) }
	return (len(f.Names) == 0 || slices.Contains(f.Names, e.Name)) &&
		(len(f.Tags) == 0 || slices.ContainsFunc(f.Tags, hasTag)) &&
		!slices.Contains(f.Exclude, e.Name)
}
