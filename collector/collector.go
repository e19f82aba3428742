package collector

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/striped"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Collector runs checks and keeps their results. It is a
// [prometheus.Collector]. All methods are safe for concurrent use. A Collector
// needs no Close: only the call of a check that never returns can outlive it.
type Collector struct {
	opts      Options
	log       log.Logger
	now       func() instant
	text      func(string) string // scrubs
	limits    atomic.Pointer[Limits]
	families  families
	durations *prometheus.HistogramVec // nil if disabled

	// base is the parent of every run's context; it ends with BaseContext. It
	// is always a standard library context, even if BaseContext is not.
	base context.Context
	stop context.CancelFunc

	// changing is held while a new set of checks is made and installed,
	// preparing from Prepare to Commit or Abort. Both are locked before mu.
	changing  sync.Mutex
	preparing chan struct{}

	set      atomic.Pointer[set]
	draining atomic.Pointer[drainage] // of the program
	operator atomic.Pointer[drainage]
	changed  chan struct{}

	// generation changes when anything visible to readers has changed; results
	// counts published results, and versions numbers the reports given to
	// readers.
	generation atomic.Uint64
	results    atomic.Uint64
	versions   atomic.Uint64
	requests   [outcomes]striped.Counter

	// mu is the engine's lock: it guards the fields below, the slots, the lines
	// and the runs. See act.
	mu         sync.Mutex
	slots      map[string]*slot
	muted      map[string]*muting // the own mutes of slots, by name
	queue      queue[*run]
	taken      int // places in use
	scheduler  scheduler
	background bool   // Run is under way
	ended      bool   // BaseContext has ended
	calls      int    // goroutines of calls
	lines      uint64 // that have begun

	tally         tally
	toldStatus    Status // empty: not known yet, or there is no OnStatus
	tellingStatus bool

	idle chan struct{} // closed when nothing is under way; nil: no Wait is under way
}

// New makes a collector of checks. The error joins all faults of the options
// and the checks.
func New(o Options, cs ...checks.Check) (*Collector, error) {
	o, optErr := o.withDefaults()
	defs, defErr := o.complete(cs)
	s, setErr := newSet(1, defs)
	if err := errors.Join(optErr, defErr, setErr); err != nil {
		return nil, err
	}
	c := &Collector{
		opts: o, log: calm{o.logger()}, now: startClock(), text: o.Scrubber.Text,
		families: newFamilies(), durations: newDurations(o.Histogram),
		preparing: make(chan struct{}, 1), slots: map[string]*slot{}, muted: map[string]*muting{}, changed: make(chan struct{}, 1),
	}
	c.versions.Store(rand.Uint64()) //nolint:gosec // Versions tell collectors apart; they protect nothing.
	c.opts.Restore = nil            // It may be large.
	c.limits.Store(&Limits{Concurrency: o.Concurrency, MaxWait: o.MaxWait, StartupWait: o.StartupWait})
	c.set.Store(&set{})
	c.base, c.stop = context.WithCancel(o.BaseContext)
	c.act(func(fx *effects) {
		c.install(fx, s)
		if o.Restore != nil {
			c.restore(fx, o.Restore)
		}
	})
	context.AfterFunc(c.base, c.end)
	return c, nil
}

// end is called when BaseContext has ended: after that nothing is published.
// Runs are cancelled through their contexts.
func (c *Collector) end() {
	c.act(func(fx *effects) {
		c.ended = true
		for _, s := range c.slots {
			for _, l := range []*line{s.line, s.candidate} {
				if l != nil {
					c.discard(fx, l)
				}
			}
			s.notice = nil
		}
	})
}

// Scrubber returns the scrubber of all outputs: Options.Scrubber, or the
// scrubber that New made.
func (c *Collector) Scrubber() *scrub.Scrubber { return c.opts.Scrubber }

// Wait waits until no call is under way, neither of a check's function nor of
// OnChange. This includes calls that were given up and calls of removed checks.
// Wait returns the error of ctx if ctx ends first. New runs may start meanwhile
// unless BaseContext has ended.
func (c *Collector) Wait(ctx context.Context) error {
	for {
		c.mu.Lock()
		busy := c.busy()
		if busy && c.idle == nil {
			c.idle = make(chan struct{})
		}
		idle := c.idle
		c.mu.Unlock()
		if !busy {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Collector) busy() bool {
	if c.calls > 0 || c.tellingStatus {
		return true
	}
	for _, s := range c.slots {
		if s.telling {
			return true
		}
	}
	return false
}

// tellIdle wakes Wait when nothing is under way.
func (c *Collector) tellIdle() {
	if c.idle != nil && !c.busy() {
		close(c.idle)
		c.idle = nil
	}
}

// Ready reports whether every check that counts (it is neither optional nor
// muted) has a result that readers may see, or StartupWait is over.
func (c *Collector) Ready() bool {
	now := c.now()
	if now.mono >= c.startup() {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return !slices.ContainsFunc(c.set.Load().entries, func(e *entry) bool {
		p := e.current.Load()
		return !e.Optional && e.mute == nil && (p == nil || p.restored && !now.before(p.until.add(e.limit())))
	})
}
