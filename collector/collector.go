package collector

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/striped"
)

// A Collector runs checks and keeps their results. It is a
// [prometheus.Collector]. All methods are safe for concurrent use. It needs no
// Close: a check that never returns is the only thing that can outlive it.
type Collector struct {
	opts      Options
	now       func() instant
	places    places
	scheduler scheduler
	limits    atomic.Pointer[Limits]
	families  families
	durations *prometheus.HistogramVec // nil: not wanted

	// changing is held while the set of checks is being changed.
	changing sync.Mutex
	set      atomic.Pointer[set]
	draining atomic.Pointer[string]

	// generation moves when anything that a reader sees has changed; results
	// and versions number what was published and what readers were given.
	generation atomic.Uint64
	results    atomic.Uint64
	versions   atomic.Uint64
	requests   [outcomes]striped.Counter
}

// New makes a collector of checks, or says everything that is wrong with them.
func New(o Options, cs ...checks.Check) (*Collector, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Collector{opts: o, now: startClock(), families: newFamilies(), durations: newDurations(o.Histogram)}
	c.versions.Store(rand.Uint64()) //nolint:gosec // Versions tell collectors apart; nobody gains by guessing one.
	c.limit(Limits{Concurrency: o.Concurrency, MaxWait: o.MaxWait, StartupWait: o.StartupWait})
	s, err := newSet(cs, o, func(def checks.Check) *track { return newTrack(c.newCounters(def.Name)) })
	if err != nil {
		return nil, err
	}
	s.epoch = 1
	c.install(s)
	return c, nil
}

// install makes s the set of checks. The caller holds changing, or is New.
func (c *Collector) install(s *set) {
	for _, e := range s.entries {
		e.redefine(e)
	}
	c.set.Store(s)
	c.generation.Add(1)
}

// Add registers more checks, also while serving. If one of them is invalid, or
// a name is taken (ErrNameTaken), Add adds nothing.
func (c *Collector) Add(cs ...checks.Check) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	old := c.set.Load()
	s, err := newSet(append(old.definitions(), cs...), c.opts, func(def checks.Check) *track {
		if e := old.byName[def.Name]; e != nil {
			return e.track
		}
		return newTrack(c.newCounters(def.Name))
	})
	if err != nil {
		return err
	}
	s.epoch = old.epoch
	c.install(s)
	c.start(s.entries[len(old.entries):])
	return nil
}

// Remove removes a check; its series are gone with the next scrape. The error
// is ErrUnknownCheck if there is no such check, or ErrInUse if another check
// depends on it.
func (c *Collector) Remove(name string) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	old := c.set.Load()
	e := old.byName[name]
	if e == nil {
		return fmt.Errorf("%w %q", ErrUnknownCheck, name)
	}
	if len(e.dependents) > 0 {
		return fmt.Errorf("%w: check %q depends on %q", ErrInUse, e.dependents[0].Name, name)
	}
	defs := slices.DeleteFunc(old.definitions(), func(def checks.Check) bool { return def.Name == name })
	s, err := newSet(defs, c.opts, func(def checks.Check) *track { return old.byName[def.Name].track })
	if err != nil {
		return err
	}
	s.epoch = old.epoch
	c.install(s)
	c.forget(e)
	return nil
}

func same(a, b checks.Check) bool {
	return a.Fingerprint != "" && a.Fingerprint == b.Fingerprint
}

// runOnce gives each entry of a set that nobody sees yet its first result. When
// ctx ends before, all of them are abandoned.
func (c *Collector) runOnce(ctx context.Context, entries []*entry) error {
	arrived := c.results.Load()
	var runs []*run
	for _, e := range entries {
		if r, _ := c.demand(e, arrived, c.now()); r != nil {
			runs = append(runs, r)
		}
	}
	if awaitAll(runs, ctx.Done()) {
		return nil
	}
	for _, e := range entries {
		c.abandon(e.track)
	}
	return ctx.Err()
}

// swap makes s visible and lets go of what only the old set had.
func (c *Collector) swap(old, s *set) {
	lives := old.lives()
	c.install(s)
	kept := make(map[*track]bool, len(s.entries))
	for _, e := range s.entries {
		kept[e.track] = true
		// A skip may have had its cause in the old set, a result a longer life.
		switch p := e.current.Load(); {
		case p == nil:
		case p.State == StateSkipped:
			c.refresh(e.track)
		case p.until != lives[e.track]:
			c.schedule(e.track)
		}
	}
	for _, e := range old.entries {
		if !kept[e.track] {
			c.forget(e)
		}
	}
	c.start(s.entries)
}

// forget drops what is under way for a check that is gone.
func (c *Collector) forget(e *entry) {
	c.abandon(e.track)
	if c.durations != nil && c.set.Load().byName[e.Name] == nil {
		c.durations.DeleteLabelValues(e.Name)
	}
}

// start makes sure that, while Run is under way, every check has a run before
// it.
func (c *Collector) start(entries []*entry) {
	if !c.scheduler.running() {
		return
	}
	for _, e := range entries {
		switch {
		case e.current.Load() == nil:
			c.refresh(e.track)
		case !c.scheduler.has(e.track):
			c.schedule(e.track)
		}
	}
}

// Drain takes the service out: every report is failed, with the reason, until
// Drain(nil) takes it back in. Checks go on as before.
func (c *Collector) Drain(reason error) {
	if reason == nil {
		c.draining.Store(nil)
	} else {
		text := either(c.clean(reason.Error()), "draining")
		c.draining.Store(&text)
	}
	c.generation.Add(1)
}

// Ready reports whether every check has had a first result.
func (c *Collector) Ready() bool {
	return !slices.ContainsFunc(c.set.Load().entries, func(e *entry) bool { return e.current.Load() == nil })
}

func (c *Collector) newCounters(name string) *counters {
	n := &counters{}
	if c.durations != nil {
		n.durations, _ = c.durations.WithLabelValues(name).(prometheus.Histogram)
	}
	return n
}
