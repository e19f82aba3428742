package state

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	// interval is the shortest time between two saves.
	interval = time.Second
	// perInterval bounds what one save writes, in bytes. The rest waits. It is less
	// than a megabyte because the kernel writes whole pages.
	perInterval = 600_000
)

// Keep saves the changes of c, at most once a second and at most a megabyte a
// second. When ctx ends, it saves once more and returns. Call it only once.
func (s *Store) Keep(ctx context.Context, c *collector.Collector) {
	if s.root == nil {
		return
	}
	again := time.NewTimer(0) // Also for what is left of a drain.
	defer again.Stop()
	for {
		select {
		case <-c.Changed():
		case <-again.C:
		case <-ctx.Done():
			s.save(c, math.MaxInt)
			return
		}
		next := refresh
		if more := s.save(c, perInterval); more {
			next = interval
		}
		again.Reset(next)
		select {
		case <-time.After(interval):
		case <-ctx.Done():
		}
	}
}

// save writes the changes of c, as far as the budget allows. More reports whether
// some are not yet on disk, because of the budget or an error.
func (s *Store) save(c *collector.Collector, budget int) (more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	saved, mark := c.StateSince(s.mark)
	s.mark, s.budget = mark, budget
	s.history.note(saved)
	s.results.note(saved, s.clock.now())
	err := s.writable()
	if err == nil {
		err = errors.Join(s.decisions.save(s, saved), s.history.write(s), s.results.write(s))
	}
	_ = s.settle(err) // It has been reported.
	return err != nil || len(s.history.queue)+len(s.results.queue) > 0
}
