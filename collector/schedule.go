package collector

import (
	"container/heap"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// tick is the shortest time between two wake-ups of the scheduler. It takes
	// what falls due before the next one, so that thousands of checks cost 20
	// wake-ups a second and not thousands.
	tick = 50 * time.Millisecond
	// heartbeat is the longest time between two wake-ups, so that a scheduler
	// that has stopped can be told from one with nothing to do.
	heartbeat = 5 * time.Second
	// early is the share of a result's life after which it may be renewed.
	early = 0.9
)

// A scheduler holds when each check is due. Its times are monotonic ones of the
// collector's clock.
type scheduler struct {
	mu     sync.Mutex
	queue  dueQueue
	on     bool
	used   bool
	timer  *time.Timer
	wakes  time.Duration // when the timer fires
	ticked time.Duration // when it last did
}

// A due is one place in the queue.
type due struct {
	track  *track
	number uint64 // of the result that is to be renewed
	at     time.Duration
	from   time.Duration // never before this
	index  int
}

// Run renews results in the background until ctx ends; then the collector is
// lazy again. Every check without a fresh result runs at once. Run returns nil
// when ctx has ended, and an error when it has been called before.
func (c *Collector) Run(ctx context.Context) error {
	s := &c.scheduler
	now := c.now().mono
	s.mu.Lock()
	if s.used {
		s.mu.Unlock()
		return errors.New("run: has been called before")
	}
	s.used, s.on = true, true
	s.ticked, s.wakes = now, now
	s.timer = time.NewTimer(0)
	s.mu.Unlock()
	defer s.stop()

	for _, e := range c.set.Load().entries {
		c.refreshFirst(e.track)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.timer.C:
		}
		for _, d := range s.take(c.now().mono) {
			c.renewResult(d.track, d.number)
		}
	}
}

// take removes from the queue what falls due before the next wake-up, and sets
// the timer for that.
func (s *scheduler) take(now time.Duration) []*due {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ticked = now
	var taken, kept []*due
	for len(s.queue) > 0 && s.queue[0].at < now+tick {
		d, _ := heap.Pop(&s.queue).(*due)
		if d.from > now {
			kept = append(kept, d)
			continue
		}
		d.track.due = nil
		taken = append(taken, d)
	}
	for _, d := range kept {
		heap.Push(&s.queue, d)
	}
	s.wakes = now + heartbeat
	if len(s.queue) > 0 {
		s.wakes = min(s.wakes, max(now+tick, s.queue[0].at))
	}
	s.timer.Reset(s.wakes - now)
	return taken
}

// put makes the result p of t due at a moment, in place of when t was due
// before, unless that is for a newer result.
func (s *scheduler) put(t *track, p *published, at, from, now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.on || t.due != nil && t.due.number > p.number:
		return
	case t.due == nil:
		t.due = &due{track: t, number: p.number, at: at, from: from}
		heap.Push(&s.queue, t.due)
	default:
		t.due.number, t.due.at, t.due.from = p.number, at, from
		heap.Fix(&s.queue, t.due.index)
	}
	if wake := max(at, s.ticked+tick, now); wake < s.wakes {
		s.wakes = wake
		s.timer.Reset(wake - now)
	}
}

func (s *scheduler) remove(t *track) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.due != nil {
		heap.Remove(&s.queue, t.due.index)
		t.due = nil
	}
}

// has reports whether t is due at some moment.
func (s *scheduler) has(t *track) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.due != nil
}

func (s *scheduler) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = false
	s.timer.Stop()
	for _, d := range s.queue {
		d.track.due = nil
	}
	s.queue = nil
}

func (s *scheduler) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on
}

// Stalled reports whether results should be renewed in the background but the
// scheduler has not moved for that long. It moves at least every 5 seconds.
func (c *Collector) Stalled(limit time.Duration) bool {
	now := c.now().mono
	s := &c.scheduler
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on && now-s.ticked > limit
}

// refresh starts a run of t, unless one is under way or stuck.
func (c *Collector) refresh(t *track) { c.renewResult(t, 0) }

// renewResult does so only as long as the result of t is still the one of that
// number, if not zero: a newer one has been made due by who published it.
func (c *Collector) renewResult(t *track, number uint64) {
	now := c.now()
	t.mu.Lock()
	if t.retired || t.run != nil || number > 0 && t.current.Load().number != number {
		t.mu.Unlock()
		return
	}
	if t.stuck != nil {
		c.repeatLocked(t, now)
		t.mu.Unlock()
		c.schedule(t)
		c.tell(t)
		return
	}
	r := c.startLocked(t, now)
	t.mu.Unlock()
	c.launch(r)
}

// refreshFirst gives a check its first run after the start, at once. One that
// has a fresh result already is spread over what is left of its life.
func (c *Collector) refreshFirst(t *track) {
	now := c.now()
	p := t.current.Load()
	if !p.fresh(now) {
		c.refresh(t)
		return
	}
	t.mu.Lock()
	t.spread = false
	t.mu.Unlock()
	left := p.until.mono - now.mono
	c.scheduler.put(t, p, now.mono+share(left), now.mono, now.mono)
}

// schedule makes t due in the last tenth of its result's life or, once after
// the start, at any moment of it: else all checks would stay in step for ever.
func (c *Collector) schedule(t *track) {
	if !c.scheduler.running() {
		return
	}
	p := t.current.Load()
	if p == nil {
		return
	}
	ttl := p.until.mono - p.at.mono
	if ttl <= 0 {
		return // Nothing is kept: each reader starts a run or joins one.
	}
	t.mu.Lock()
	spread, retired := t.spread, t.retired
	t.spread = false
	t.mu.Unlock()
	if retired {
		return
	}
	from := p.at.mono + time.Duration(early*float64(ttl))
	at := from + share(p.until.mono-from)
	if spread {
		from, at = p.at.mono, p.at.mono+share(ttl)
	}
	c.scheduler.put(t, p, at, from, c.now().mono)
}

// resume is called when the function of a run that was given up has returned at
// last. The failures that were published meanwhile were no runs, so the next
// run is due when the life of the last run's own result is over.
func (c *Collector) resume(t *track) {
	now := c.now()
	defer c.generation.Add(1)
	t.mu.Lock()
	p := t.current.Load()
	if t.retired || p == nil || !p.fresh(now) {
		t.mu.Unlock()
		return
	}
	from := max(now.mono, p.lastRunAt.mono+time.Duration(early*float64(p.lastTTL)))
	if c.scheduler.running() {
		t.mu.Unlock()
		c.scheduler.put(t, p, from, from, now.mono)
		return
	}
	over := p.lastRunAt.add(p.lastTTL)
	shortened := *p
	shortened.until = earliest(p.until, instant{mono: max(over.mono, now.mono), wall: max(over.wall, now.wall)})
	t.current.Store(&shortened)
	t.mu.Unlock()
}

// share returns a random part of the life d that is left. A tick at its end, or
// half of a short one, is kept back: what is due at the last moment would have
// expired when a busy machine has come to it.
func share(d time.Duration) time.Duration {
	d -= min(tick, d/2)
	if d <= 0 {
		return 0
	}
	return rand.N(d) //nolint:gosec // Spreads load; nothing to guess.
}

// dueQueue is a heap with the next due first.
type dueQueue []*due

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].at < q[j].at }
func (q dueQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *dueQueue) Push(x any) {
	d, _ := x.(*due)
	d.index = len(*q)
	*q = append(*q, d)
}

func (q *dueQueue) Pop() any {
	old := *q
	last := len(old) - 1
	d := old[last]
	old[last] = nil
	*q = old[:last]
	return d
}
