package collector

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	// tick is the shortest time between two wake-ups of the scheduler. Each
	// wake-up starts everything that is due before the next one, so that
	// thousands of checks cost 20 wake-ups a second and not thousands.
	tick = 50 * time.Millisecond
	// heartbeat is the longest time between two wake-ups. It distinguishes a
	// scheduler that has stopped from an idle scheduler.
	heartbeat = 5 * time.Second
	// pulse is how often the process records that it is running.
	pulse = time.Second
	// early is the share of a result's life after which it may be renewed.
	early = 0.9
	// retryFloor is when a failure that is not kept is renewed in the
	// background, if passes are kept; otherwise the check would never run
	// again.
	retryFloor = time.Second
)

// A scheduler holds when each check is due. Its times are on the collector's
// monotonic clock. The engine's lock guards it, except the pulses.
type scheduler struct {
	queue  queue[*due]
	used   bool
	timer  *time.Timer
	wakes  time.Duration // when the timer fires
	ticked time.Duration // when it last did
	pulses atomic.Int64  // since then
}

// A due is one place in the queue.
type due struct {
	line   *line
	number uint64 // of the result that is to be renewed
	at     time.Duration
	from   time.Duration // never before this
	index  int
}

func (d *due) order() int64 { return int64(d.at) }
func (d *due) place() *int  { return &d.index }

// Run renews results in the background until ctx or BaseContext ends; then the
// collector is lazy again. Every check without a fresh result runs at once. Run
// returns nil at the end, and an error if it has been called before.
func (c *Collector) Run(ctx context.Context) error {
	s := &c.scheduler
	err := errors.New("run: has been called before")
	c.act(func(fx *effects) {
		if !s.used {
			err = nil
			c.startBackground(fx)
		}
	})
	if err != nil {
		return err
	}
	defer c.act(func(*effects) { c.stopBackground() })
	stopPulse := s.startPulse()
	defer stopPulse()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.base.Done():
			return nil
		case <-s.timer.C:
			c.act(c.wakeUp)
		}
	}
}

// startBackground starts every check without a fresh result at once. It spreads
// the runs of the other checks over the rest of their results' lives.
func (c *Collector) startBackground(fx *effects) {
	s := &c.scheduler
	s.used, c.background = true, true
	s.ticked, s.wakes = fx.now.mono, fx.now.mono+tick
	s.timer = time.NewTimer(tick)
	for _, e := range c.set.Load().entries {
		p := e.current.Load()
		if !p.fresh(fx.now) || p.restored {
			c.ensure(fx, e.line, e.line.number())
			continue
		}
		e.line.spread = false
		c.put(fx, e.line, p, fx.now.mono+share(p.until.mono-fx.now.mono), fx.now.mono)
	}
}

func (c *Collector) stopBackground() {
	s := &c.scheduler
	c.background = false
	s.timer.Stop()
	for _, d := range s.queue {
		d.line.due = nil
	}
	s.queue = nil
}

// wakeUp starts the runs that are due before the next wake-up.
func (c *Collector) wakeUp(fx *effects) {
	s := &c.scheduler
	s.ticked = fx.now.mono
	s.pulses.Store(0)
	var taken, kept []*due
	for len(s.queue) > 0 && s.queue.first().at < fx.now.mono+tick {
		d := s.queue.next()
		if d.from > fx.now.mono {
			kept = append(kept, d)
			continue
		}
		d.line.due = nil
		taken = append(taken, d)
	}
	for _, d := range kept {
		s.queue.add(d)
	}
	for _, d := range taken {
		c.ensure(fx, d.line, d.number)
	}
	s.wakes = fx.now.mono + heartbeat
	if len(s.queue) > 0 {
		s.wakes = min(s.wakes, max(fx.now.mono+tick, s.queue.first().at))
	}
	s.timer.Reset(s.wakes - fx.now.mono)
}

// put makes the result p of l due at a moment, never before from.
func (c *Collector) put(fx *effects, l *line, p *published, at, from time.Duration) {
	s := &c.scheduler
	if l.due == nil {
		l.due = &due{line: l, number: p.number, at: at, from: from}
		s.queue.add(l.due)
	} else {
		l.due.number, l.due.at, l.due.from = p.number, at, from
		s.queue.moved(l.due)
	}
	if wake := max(at, s.ticked+tick, fx.now.mono); wake < s.wakes {
		s.wakes = wake
		s.timer.Reset(wake - fx.now.mono)
	}
}

func (c *Collector) unschedule(l *line) {
	if l.due != nil {
		c.scheduler.queue.remove(l.due)
		l.due = nil
	}
}

// schedule makes l due in the last tenth of its result's life or, once after
// the start, at a random moment of that life: otherwise all checks would run in
// step for ever.
func (c *Collector) schedule(fx *effects, l *line) {
	p := l.result()
	if !c.background || p == nil || !l.committed || l.dropped {
		return
	}
	ttl := p.until.mono - p.at.mono
	switch {
	case ttl > 0:
	case l.entry.SuccessTTL > 0:
		c.put(fx, l, p, p.at.mono+retryFloor, p.at.mono+retryFloor)
		return
	default:
		return // Nothing is kept: each reader starts a run or joins one.
	}
	if l.entry.Receiver != nil { // A receiver sends no request, so there is no load to spread.
		c.put(fx, l, p, p.until.mono, p.until.mono)
		return
	}
	from := p.at.mono + time.Duration(early*float64(ttl))
	at := from + share(p.until.mono-from)
	if l.spread {
		from, at = p.at.mono, p.at.mono+share(ttl)
	}
	l.spread = false
	c.put(fx, l, p, at, from)
}

// startPulse counts how long the process has been running since the scheduler
// last woke up. A stopped process counts nothing.
func (s *scheduler) startPulse() (stop func()) {
	var stopped atomic.Bool
	var timer atomic.Pointer[time.Timer]
	timer.Store(time.AfterFunc(pulse, func() {
		s.pulses.Add(1)
		if t := timer.Load(); t != nil && !stopped.Load() {
			t.Reset(pulse)
		}
	}))
	return func() {
		stopped.Store(true)
		timer.Load().Stop()
	}
}

// Stalled reports whether results should be renewed in the background but the
// scheduler has not woken up for longer than limit. It wakes up at least every
// 5 seconds. Time during which the whole process was stopped is not counted.
func (c *Collector) Stalled(limit time.Duration) bool {
	return time.Duration(c.scheduler.pulses.Load())*pulse > limit
}

// share returns a random part of the remaining life d. It keeps back one tick
// at the end, or half of a short life: on a busy machine a run due at the last
// moment would start after the result has expired.
func share(d time.Duration) time.Duration {
	d -= min(tick, d/2)
	if d <= 0 {
		return 0
	}
	return rand.N(d) //nolint:gosec // Spreads load; nothing to guess.
}
