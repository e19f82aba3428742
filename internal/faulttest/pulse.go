package faulttest

import (
	"sync"
	"time"
)

const (
	beat = 10 * time.Millisecond
	// arrest is how long the pulse has to be missing for a stall.
	arrest = 50 * time.Millisecond
	// attempts is how often a fault is tried if the subject failed it while this
	// process was stalled.
	attempts = 3

	// calm is how long the process must run without a stall before the next
	// attempt. The wait for it ends after impatience.
	calm       = 500 * time.Millisecond
	impatience = 5 * time.Second
)

// A pulse notes when this process gets no processor time. The behaviour of a
// check during such a stall says nothing about the check.
type pulse struct {
	stop, stopped chan struct{}

	mu        sync.Mutex
	last      time.Time
	lastStall time.Time // when the last stall ended
}

func startPulse() *pulse {
	p := &pulse{stop: make(chan struct{}), stopped: make(chan struct{}), last: time.Now()}
	go p.run()
	return p
}

func (p *pulse) run() {
	defer close(p.stopped)
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.note(time.Now())
		}
	}
}

func (p *pulse) note(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.last) > arrest {
		p.lastStall = now
	}
	p.last = now
}

// stalled reports whether this process was stalled at any time after start.
func (p *pulse) stalled(start time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lastStall.After(start) || time.Since(p.last) > arrest
}

// awaitCalm waits for half a second without a stall, at most for impatience.
func (p *pulse) awaitCalm() {
	for end := time.Now().Add(impatience); time.Now().Before(end) && p.stalled(time.Now().Add(-calm)); {
		time.Sleep(beat)
	}
}

func (p *pulse) close() {
	close(p.stop)
	<-p.stopped
}
