package host

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A solo calls what may block without regard to a context, such as statfs of a
// file server that is gone. Each call has a goroutine of its own; once a call
// was given up, no other is started until it has returned, so that what hangs
// costs one goroutine however often it is asked for. The zero value is ready;
// it is safe for concurrent use.
type solo[T any] struct {
	mu      sync.Mutex
	givenUp int       // calls that go on although nobody waits for them
	since   time.Time // the start of the first of them
}

// A call is one call under way. Its value and error are there once done is closed.
type call[T any] struct {
	began time.Time
	done  chan struct{}
	value T
	err   error

	finished, givenUp bool // under the solo's lock
}

// do returns what f returns, or an error when ctx ends first or when an f that
// was given up has not returned. What names the call in that error.
func (s *solo[T]) do(ctx context.Context, what string, f func() (T, error)) (T, error) {
	var none T
	if since, hangs := s.hangs(); hangs {
		return none, checks.Fail(checks.ReasonTimeout,
			fmt.Errorf("%s of the run started %v ago has not returned", what, rounded(time.Since(since))))
	}
	c := &call[T]{began: time.Now(), done: make(chan struct{})}
	go s.perform(c, what, f)
	select {
	case <-c.done:
	case <-ctx.Done():
		if s.giveUp(c) {
			return none, interrupted(ctx, fmt.Sprintf("%s has not returned after %v", what, rounded(time.Since(c.began))))
		}
	}
	return c.value, c.err
}

func (s *solo[T]) hangs() (since time.Time, hangs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since, s.givenUp > 0
}

func (s *solo[T]) perform(c *call[T], what string, f func() (T, error)) {
	defer func() {
		if p := recover(); p != nil { // Nobody above this goroutine can catch it.
			c.err = checks.Fail(checks.ReasonPanic, fmt.Errorf("%s: panic: %v", what, p))
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		c.finished = true
		if c.givenUp {
			s.givenUp--
		}
		close(c.done)
	}()
	c.value, c.err = f()
}

// giveUp is false when the call has finished after all.
func (s *solo[T]) giveUp(c *call[T]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.finished {
		return false
	}
	if s.givenUp == 0 {
		s.since = c.began
	}
	c.givenUp = true
	s.givenUp++
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
