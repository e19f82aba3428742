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
	c.places.mu.Lock()
	defer c.places.mu.Unlock()
	return c.places.queue.Len()
}

// Taken returns how many runs have a place.
func (c *Collector) Taken() int {
	c.places.mu.Lock()
	defer c.places.mu.Unlock()
	return c.places.taken
}
