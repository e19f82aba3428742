package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Limits are the settings of a Collector that can change while it is in use.
// The fields mean what those of Options do.
type Limits struct {
	Concurrency          int
	MaxWait, StartupWait time.Duration
}

// validated fills in the default concurrency, or returns an error.
func (l Limits) validated() (Limits, error) {
	if l.Concurrency < 0 {
		return l, fmt.Errorf("concurrency %d, want at least 1", l.Concurrency)
	}
	l.Concurrency = either(l.Concurrency, DefaultConcurrency)
	return l, nil
}

// Limit changes the limits at once. It changes nothing if they are invalid.
func (c *Collector) Limit(l Limits) error {
	l, err := l.validated()
	if err != nil {
		return err
	}
	c.act(func(*effects) { c.limits.Store(&l) })
	return nil
}

// Add registers more checks, also while serving. If one of them is invalid, or
// a name is taken (ErrNameTaken), Add adds nothing.
func (c *Collector) Add(cs ...checks.Check) error {
	added, defErr := c.opts.complete(cs)
	c.changing.Lock()
	defer c.changing.Unlock()
	old := c.set.Load()
	s, setErr := newSet(old.epoch, append(old.definitions(), added...))
	if err := errors.Join(defErr, setErr); err != nil {
		return err
	}
	s.inherit(old)
	c.act(func(fx *effects) { c.install(fx, s) })
	return nil
}

// Remove removes a check; the next scrape no longer has its series. Remove
// never waits: it cancels a run under way and drops the outcome. The error is
// ErrUnknownCheck if there is no such check, or ErrInUse if another check
// depends on it.
func (c *Collector) Remove(name string) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	old := c.set.Load()
	e := old.byName[name]
	if e == nil {
		return old.unknown(name)
	}
	if len(e.dependents) > 0 {
		return fmt.Errorf("%w: check %q depends on %q", ErrInUse, e.dependents[0].Name, name)
	}
	defs := slices.DeleteFunc(old.definitions(), func(def checks.Check) bool { return def.Name == name })
	s, err := newSet(old.epoch, defs)
	if err != nil {
		return err
	}
	s.inherit(old)
	c.act(func(fx *effects) { c.install(fx, s) })
	return nil
}

// Replace replaces all checks with cs, for a reload: it is Prepare and Commit
// with unchanged limits. If cs is invalid or ctx ends before each new check has
// a result, Replace returns an error and changes nothing.
func (c *Collector) Replace(ctx context.Context, cs []checks.Check) error {
	change, err := c.Prepare(ctx, cs, *c.limits.Load())
	if err != nil {
		return err
	}
	change.Commit()
	return nil
}

// A Change is a set of checks that is ready to replace the current set. The
// caller must call either Commit or Abort, once.
type Change struct {
	collector *Collector
	next      *set
	limits    Limits
}

// Prepare does every part of replacing all checks that can fail: it validates
// cs and gives each new or changed check its first result. Until
// [Change.Commit] readers see the old checks, and no run of an old check is
// cancelled.
//
// A check with the same name and the same non-empty fingerprint keeps its
// result, its state and its run. A check with only the same name keeps its
// counters, and its new function is not called before the old function has
// returned. If the old function ignores the end of its context, the new check
// starts failed, with reason timeout.
//
// Only one Change can be under way; another Prepare waits until the first
// Change is committed or aborted, or ctx ends. Add and Remove don't wait;
// Commit replaces the checks that they changed in the meantime.
func (c *Collector) Prepare(ctx context.Context, cs []checks.Check, l Limits) (*Change, error) {
	l, limitErr := l.validated()
	defs, defErr := c.opts.complete(cs)
	next, setErr := newSet(0, defs)
	if err := errors.Join(limitErr, defErr, setErr); err != nil {
		return nil, err
	}
	select {
	case c.preparing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ch := &Change{collector: c, next: next, limits: l}
	next.epoch = c.set.Load().epoch + 1
	if err := ch.firstResults(ctx); err != nil {
		ch.Abort()
		return nil, err
	}
	return ch, nil
}

// firstResults waits for the first result of each check that is new or changed.
func (ch *Change) firstResults(ctx context.Context) error {
	c := ch.collector
	var waits []<-chan struct{}
	c.act(func(fx *effects) {
		for _, e := range ch.next.entries {
			c.propose(e)
			c.outlast(fx, e)
		}
	})
	c.act(func(fx *effects) { // The earlier runs have their places now.
		for _, e := range ch.next.entries {
			if e.line.committed {
				continue
			}
			c.ensure(fx, e.line, 0)
			if e.line.result() == nil {
				waits = append(waits, e.line.wait())
			}
		}
	})
	for _, published := range waits {
		select {
		case <-published:
		case <-c.base.Done():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if c.base.Err() != nil {
		return ErrEnded
	}
	return nil
}

// propose gives e, which belongs to an uncommitted set, its line: the existing
// line if the definition is unchanged.
func (c *Collector) propose(e *entry) {
	s := c.slotOf(e.Name)
	if s.line != nil && same(s.line.entry.Check, e.Check) {
		e.line = s.line
		return
	}
	s.candidate = c.newLine(e)
	e.line = s.candidate
}

// outlast renews the pass of the definition that e would replace, if that pass
// could expire during the first run of e: meanwhile no run of the old definition
// can start, and readers would get the state unknown. This counts as a run by
// request, because such renewals are as rare.
func (c *Collector) outlast(fx *effects, e *entry) {
	old := e.line.slot.line
	if old == nil || old == e.line || old.run != nil {
		return
	}
	p := old.result()
	if !p.fresh(fx.now) || p.State != StatePassed || fx.now.add(addDurations(e.Timeout, grace)).before(p.until) {
		return
	}
	if 2*p.lastDuration < waitLimit(e.line) && c.request(fx, old) == nil { // A slower run would starve e.
		c.ensure(fx, old, p.number)
	}
}

func same(a, b checks.Check) bool {
	return a.Fingerprint != "" && a.Fingerprint == b.Fingerprint
}

// Epoch returns the epoch of the reports after Commit.
func (ch *Change) Epoch() uint64 { return ch.next.epoch }

// Commit makes the new checks and limits visible, all at once. Runs of removed or
// changed definitions are cancelled and their outcomes dropped.
func (ch *Change) Commit() {
	c := ch.collector
	c.changing.Lock()
	defer c.changing.Unlock()
	c.act(func(fx *effects) {
		c.limits.Store(&ch.limits)
		c.install(fx, ch.next)
	})
	<-c.preparing
}

// Abort drops the new checks and their results.
func (ch *Change) Abort() {
	c := ch.collector
	c.act(func(fx *effects) {
		for _, e := range ch.next.entries {
			if l := e.line; l != nil && l == l.slot.candidate {
				l.slot.candidate = nil
				c.discard(fx, l)
				c.sweep(l.slot)
			}
		}
	})
	<-c.preparing
}
