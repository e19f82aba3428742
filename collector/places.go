package collector

import (
	"container/list"
	"sync"
)

// places bounds how many runs are under way. Who finds none free waits in a
// queue, without a goroutine: thousands of checks may fall due at once.
type places struct {
	mu    sync.Mutex
	limit int
	taken int
	queue list.List // of *run
}

// enter takes a place for r, or puts it in the queue.
func (p *places) enter(r *run) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken < p.limit {
		p.taken++
		return true
	}
	r.queued = p.queue.PushBack(r)
	return false
}

// leave gives a place back. It returns the run that has it now, if any waited.
func (p *places) leave() *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken <= p.limit {
		if r := p.next(); r != nil {
			return r
		}
	}
	p.taken--
	return nil
}

// next takes the head off the queue.
func (p *places) next() *run {
	head := p.queue.Front()
	if head == nil {
		return nil
	}
	r, _ := p.queue.Remove(head).(*run)
	r.queued = nil
	return r
}

// withdraw takes r out of the queue, if it is still there.
func (p *places) withdraw(r *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.queued != nil {
		p.queue.Remove(r.queued)
		r.queued = nil
	}
}

// resize changes the number of places. It returns the runs that got one.
func (p *places) resize(limit int) []*run {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit = limit
	var started []*run
	for p.taken < p.limit {
		r := p.next()
		if r == nil {
			break
		}
		p.taken++
		started = append(started, r)
	}
	return started
}

func (p *places) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}
