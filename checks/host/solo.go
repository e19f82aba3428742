package host

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A solo calls what may block without regard to a context, such as statfs of a
// file server that is gone. The call has a goroutine of its own, and while it
// hangs no second one is started: it costs one goroutine however often it is
// asked for. The zero value is ready; it is safe for concurrent use.
type solo[T any] struct {
	mu      sync.Mutex
	busy    bool
	started time.Time // of the call under way
}

type outcome[T any] struct {
	value T
	err   error
}

// do returns what f returns, or an error when ctx ends first or when an earlier
// f still hangs. What names the call in that error.
func (s *solo[T]) do(ctx context.Context, what string, f func() (T, error)) (T, error) {
	var none T
	if err := s.begin(what); err != nil {
		return none, err
	}
	began := time.Now()
	done := make(chan outcome[T], 1)
	go func() {
		var o outcome[T]
		defer func() {
			if p := recover(); p != nil { // Nobody above this goroutine can catch it.
				o.err = checks.Fail(checks.ReasonPanic, fmt.Errorf("%s: panic: %v", what, p))
			}
			s.end() // Before the result is handed over: the next run may follow at once.
			done <- o
		}()
		o.value, o.err = f()
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		// The reason stays that of ctx: a timeout, or a caller's cancellation.
		return none, checks.Fail(checks.ReasonOf(ctx.Err()),
			fmt.Errorf("%s has not returned after %v: %w", what, rounded(time.Since(began)), ctx.Err()))
	}
}

func (s *solo[T]) begin(what string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		return checks.Fail(checks.ReasonTimeout,
			fmt.Errorf("%s of the run started %v ago has not returned", what, rounded(time.Since(s.started))))
	}
	s.busy, s.started = true, time.Now()
	return nil
}

func (s *solo[T]) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
}

// rounded makes a duration short to read.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}
