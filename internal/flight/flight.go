// Package flight calls functions that may be slow, hang or panic.
//
//	var single flight.Single[string]
//	call := single.Join(2*time.Second, ask)
//	text, err := call.Wait(r.Context())
//
// A [Single] has at most one call under way. Readers that arrive during a call
// share its result, so a function that never returns occupies only one goroutine.
// No reader waits longer than the limit of the call.
package flight

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Single has at most one call under way. The zero value is ready to use. A
// Single is safe for concurrent use.
type Single[T any] struct {
	mu      sync.Mutex
	current *Call[T] // nil if none is under way
}

// A Call is one call of a function.
type Call[T any] struct {
	limit   time.Duration
	started time.Time
	done    chan struct{}

	// Set before done is closed.
	result T
	err    error
}

var errExited = errors.New("the function ended its goroutine")

// Join returns the call that is under way, or starts a call of f. The context of
// f does not depend on the reader and ends after limit: f may outlive the reader
// that started it.
func (s *Single[T]) Join(limit time.Duration, f func(context.Context) (T, error)) *Call[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		s.current = &Call[T]{limit: limit, started: time.Now(), done: make(chan struct{})}
		go s.run(s.current, f)
	}
	return s.current
}

// run calls f and turns a panic or a call of runtime.Goexit into an error.
func (s *Single[T]) run(c *Call[T], f func(context.Context) (T, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), c.limit)
	defer cancel()
	c.err = errExited
	defer func() {
		if r := recover(); r != nil {
			c.err = fmt.Errorf("panic: %v", r)
		}
		s.mu.Lock()
		s.current = nil
		s.mu.Unlock()
		close(c.done)
	}()
	c.result, c.err = f(ctx)
}

// Wait returns the result of the call. The error is the error of the function, or
// the cause of the end of ctx. It may also say that the call did not return
// within its limit, that the function panicked, or that the function called
// runtime.Goexit.
func (c *Call[T]) Wait(ctx context.Context) (T, error) {
	select {
	case <-c.done: // A result counts even after the limit.
		return c.result, c.err
	default:
	}
	timer := time.NewTimer(c.limit - time.Since(c.started))
	defer timer.Stop()
	var none T
	select {
	case <-c.done:
		return c.result, c.err
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-timer.C:
		if age := time.Since(c.started).Round(time.Second); age > c.limit {
			return none, fmt.Errorf("the call begun %v ago has not returned", age)
		}
		return none, fmt.Errorf("not returned within %v", c.limit)
	}
}
