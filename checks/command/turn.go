package command

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// grace is how long after the end of its time a run may kill, reap and say
// what happened. The collector waits 50 ms.
const grace = 40 * time.Millisecond

// A turn lets runs go on in goroutines of their own: a start from a file server
// that is gone, or a program that cannot be killed, must not hold up who asked.
// Once a run was given up no other is started until it is over, so that it
// costs one goroutine however often it is asked for. The zero value is ready;
// it is safe for concurrent use.
type turn struct {
	mu      sync.Mutex
	givenUp int       // runs that go on although nobody waits for them
	since   time.Time // the start of the first of them
}

// A call is one run under way. Its end and error are there once done is closed.
type call struct {
	began time.Time
	done  chan struct{}
	end   end
	err   error

	finished, givenUp bool // under the turn's lock
}

// do returns what run returns, which obeys ctx as far as the kernel lets it;
// when it does not, or when a run that was given up still hangs, an error.
func (t *turn) do(ctx context.Context, run func() (end, error)) (end, error) {
	if since, hangs := t.hangs(); hangs {
		return end{}, checks.Fail(checks.ReasonTimeout,
			fmt.Errorf("the program of the run started %v ago has not ended", rounded(time.Since(since))))
	}
	c := &call{began: time.Now(), done: make(chan struct{})}
	go t.perform(c, run)
	select {
	case <-c.done:
		return c.end, c.err
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-c.done:
	case <-late.C:
		if t.giveUp(c) {
			return end{}, interrupted(ctx, fmt.Sprintf("no exit after %v, and not yet killed", rounded(time.Since(c.began))))
		}
	}
	return c.end, c.err
}

func (t *turn) hangs() (since time.Time, hangs bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.since, t.givenUp > 0
}

func (t *turn) perform(c *call, run func() (end, error)) {
	defer func() {
		if p := recover(); p != nil { // Nobody above this goroutine can catch it.
			c.err = checks.Fail(checks.ReasonPanic, fmt.Errorf("panic: %v", p))
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		c.finished = true
		if c.givenUp {
			t.givenUp--
		}
		close(c.done)
	}()
	c.end, c.err = run()
}

// giveUp is false when the run is over after all.
func (t *turn) giveUp(c *call) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.finished {
		return false
	}
	if t.givenUp == 0 {
		t.since = c.began
	}
	c.givenUp = true
	t.givenUp++
	return true
}

// interruption is the end of a context, told in a sentence of its own.
type interruption struct {
	sentence string
	cause    error
}

func (i *interruption) Error() string { return i.sentence }
func (i *interruption) Unwrap() error { return i.cause }

// interrupted returns the sentence as an error with the reason of ctx's end.
func interrupted(ctx context.Context, sentence string) error {
	return checks.Fail(checks.ReasonOf(ctx.Err()), &interruption{sentence, ctx.Err()})
}

// rounded makes a duration short to read.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}
