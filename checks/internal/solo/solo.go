// Package solo calls what may block without regard to a context: statfs of a
// file server that is gone, a program that cannot be killed.
//
// Each call has a goroutine of its own. Once a call was given up no other is
// started until it has returned, so that what hangs costs one goroutine however
// often it is asked for.
package solo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Calls makes calls of one kind. The zero value is ready; it is safe for
// concurrent use.
type Calls[T any] struct {
	mu      sync.Mutex
	givenUp int       // calls that go on although nobody waits for them
	since   time.Time // the start of the first of them
}

// Words are the sentences about a call. Each is a format with one %v: a
// duration or, in Panic, what was panicked with.
type Words struct {
	Hung  string // a call that was given up has not returned since
	Late  string // this call has not returned
	Panic string
}

// A call is one call under way. Its value and error are there once done is closed.
type call[T any] struct {
	began time.Time
	done  chan struct{}
	value T
	err   error

	finished, givenUp bool // under the lock of Calls
}

// Do returns what f returns, or an error when f has not returned by the end of
// ctx and the grace after it, or when one that was given up still hangs.
func (s *Calls[T]) Do(ctx context.Context, grace time.Duration, words Words, f func() (T, error)) (T, error) {
	var none T
	if since, hangs := s.hangs(); hangs {
		return none, checks.Fail(checks.ReasonTimeout, fmt.Errorf(words.Hung, Rounded(time.Since(since))))
	}
	c := &call[T]{began: time.Now(), done: make(chan struct{})}
	go s.perform(c, words, f)
	if c.finishes(ctx, grace) || !s.giveUp(c) {
		return c.value, c.err
	}
	return none, Interrupted(ctx, fmt.Sprintf(words.Late, Rounded(time.Since(c.began))))
}

// finishes waits for the call until the end of ctx and the grace after it.
func (c *call[T]) finishes(ctx context.Context, grace time.Duration) bool {
	select {
	case <-c.done:
		return true
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-c.done:
		return true
	case <-late.C:
		return false
	}
}

func (s *Calls[T]) hangs() (since time.Time, hangs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since, s.givenUp > 0
}

func (s *Calls[T]) perform(c *call[T], words Words, f func() (T, error)) {
	defer func() {
		if p := recover(); p != nil { // Nobody above this goroutine can catch it.
			c.err = checks.Fail(checks.ReasonPanic, fmt.Errorf(words.Panic, p))
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
func (s *Calls[T]) giveUp(c *call[T]) bool {
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

// Interrupted returns the sentence as an error with the reason of ctx's end.
func Interrupted(ctx context.Context, sentence string) error {
	return checks.Fail(checks.ReasonOf(ctx.Err()), &interruption{sentence, ctx.Err()})
}

// Rounded makes a duration short to read.
func Rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}
