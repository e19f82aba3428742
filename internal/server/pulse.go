package server

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// pulseInterval is how often the scheduler is looked at.
	pulseInterval = time.Second
	// stillAfter is how long the scheduler may stand still with nothing to do:
	// it moves at least every five seconds.
	stillAfter = 10 * time.Second
	// stalledAfter is how long the process must have run, with the scheduler
	// standing still, until it counts as stalled.
	stalledAfter = 30*time.Second - stillAfter
)

// A pulse tells a scheduler that is stuck from a process that was paused. It
// looks at the scheduler every second and counts only the time between two looks
// that the process has run: a pause of minutes counts as one look.
type pulse struct {
	stalled atomic.Bool
	still   time.Duration // how long the process ran with the scheduler standing still
	last    time.Time
}

// watch looks at the scheduler until ctx ends. The argument still reports
// whether it has not moved for that long.
func (p *pulse) watch(ctx context.Context, still func(time.Duration) bool) {
	ticker := time.NewTicker(pulseInterval)
	defer ticker.Stop()
	p.last = time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			p.look(time.Now(), still(stillAfter))
		}
	}
}

// look notes what the scheduler does now.
func (p *pulse) look(now time.Time, still bool) {
	ran := min(now.Sub(p.last), 2*pulseInterval)
	p.last = now
	if still {
		p.still += ran
	} else {
		p.still = 0
	}
	p.stalled.Store(p.still >= stalledAfter)
}
