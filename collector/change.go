package collector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Limits are the settings of a Collector that can change while it is in use.
// The fields mean what those of Options do.
type Limits struct {
	Concurrency          int
	MaxWait, StartupWait time.Duration
}

// validated fills in the default concurrency, or says what is wrong.
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
	c.limit(l)
	return nil
}

func (c *Collector) limit(l Limits) {
	c.limits.Store(&l)
	for _, r := range c.places.resize(l.Concurrency) {
		c.begin(r)
	}
}

// Replace replaces all checks with cs, for a reload: it is Prepare and Commit
// with unchanged limits. If cs is invalid or ctx ends before each new check has
// run, Replace returns an error and changes nothing.
func (c *Collector) Replace(ctx context.Context, cs []checks.Check) error {
	change, err := c.Prepare(ctx, cs, *c.limits.Load())
	if err != nil {
		return err
	}
	change.Commit()
	return nil
}

// A Change is a set of checks that is ready to replace the present one. One of
// Commit and Abort must be called, once.
type Change struct {
	collector *Collector
	old, next *set
	limits    Limits
	entries   []*entry // those with a track of their own
}

// Prepare does everything about a replacement of all checks that can fail: it
// validates cs and runs each new or changed check once. Readers see the old
// checks until [Change.Commit]. A check with the same name and the same, not
// empty, fingerprint keeps its result, its state and its stuck run; a check
// with the same name keeps its counters. Until the Change is committed or
// aborted, other changes of the checks wait.
func (c *Collector) Prepare(ctx context.Context, cs []checks.Check, l Limits) (*Change, error) {
	l, limitErr := l.validated()
	c.changing.Lock()
	old := c.set.Load()
	s, err := newSet(cs, c.opts, func(def checks.Check) *track {
		before := old.byName[def.Name]
		if before != nil && same(before.Check, def) {
			return before.track
		}
		t := newTrack(c.newCounters(def.Name))
		if before != nil {
			t.counters = before.counters
		}
		return t
	})
	if err := errors.Join(limitErr, err); err != nil {
		c.changing.Unlock()
		return nil, err
	}
	s.epoch = old.epoch + 1
	entries := s.unseen()
	if err := c.runOnce(ctx, entries); err != nil {
		c.changing.Unlock()
		return nil, err
	}
	return &Change{collector: c, old: old, next: s, limits: l, entries: entries}, nil
}

// Epoch returns the epoch of the reports after Commit.
func (ch *Change) Epoch() uint64 { return ch.next.epoch }

// Commit makes the new checks and limits visible, all at once.
func (ch *Change) Commit() {
	c := ch.collector
	defer c.changing.Unlock()
	c.limit(ch.limits)
	c.swap(ch.old, ch.next)
}

// Abort drops the new checks and their results.
func (ch *Change) Abort() {
	defer ch.collector.changing.Unlock()
	for _, e := range ch.entries {
		ch.collector.abandon(e.track)
	}
}
