package collector

import (
	"sync/atomic"
	"time"
)

// SetWallClock lets a test set the wall clock of c without moving the
// monotonic one, which the clock of testing/synctest cannot do. It is called
// before c is used.
func (c *Collector) SetWallClock() (jump func(time.Duration)) {
	var offset atomic.Int64
	real := c.now
	c.now = func() instant {
		now := real()
		now.wall += offset.Load()
		return now
	}
	return func(d time.Duration) { offset.Add(int64(d)) }
}

// SetBothClocks lets a test move both clocks of c at once, without moving its
// timers: to c it is as if the process had been stopped for that long. It is
// called before c is used.
func (c *Collector) SetBothClocks() (stand func(time.Duration)) {
	var offset atomic.Int64
	real := c.now
	c.now = func() instant { return real().add(time.Duration(offset.Load())) }
	return func(d time.Duration) { offset.Add(int64(d)) }
}

// Queued returns how many runs wait for a place.
func (c *Collector) Queued() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}

// Taken returns how many runs have a place.
func (c *Collector) Taken() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken
}

// Slots returns how many names hold a definition, a call or a listener.
func (c *Collector) Slots() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.slots)
}

// SetText makes f scrub texts, in place of the scrubber. It is called before c
// is used.
func (c *Collector) SetText(f func(string) string) { c.text = f }

// HoldScheduler stops the scheduler until it is released.
func (c *Collector) HoldScheduler() (release func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scheduler.timer.Stop()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.scheduler.timer.Reset(tick)
	}
}
