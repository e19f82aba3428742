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

// A turn lets one run of a check go on at a time, in a goroutine of its own: a
// fork from a file server that is gone, or a program that cannot be killed,
// costs that goroutine and no more. The zero value is ready.
type turn struct {
	mu      sync.Mutex
	busy    bool
	started time.Time // of the run under way
}

type outcome struct {
	end end
	err error
}

// do returns what run returns, which obeys ctx as far as the kernel lets it;
// when it does not, or when an earlier run still hangs, an error.
func (t *turn) do(ctx context.Context, run func() (end, error)) (end, error) {
	if err := t.begin(); err != nil {
		return end{}, err
	}
	began := time.Now()
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil { // Nobody above this goroutine can catch it.
				o.err = checks.Fail(checks.ReasonPanic, fmt.Errorf("panic: %v", p))
			}
			t.over() // Before the result is handed over: the next run may follow at once.
			done <- o
		}()
		o.end, o.err = run()
	}()
	select {
	case o := <-done:
		return o.end, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.end, o.err
	case <-time.After(grace):
		return end{}, checks.Fail(checks.ReasonOf(ctx.Err()),
			fmt.Errorf("no exit after %v, and SIGKILL has not ended it yet: %w", rounded(time.Since(began)), ctx.Err()))
	}
}

func (t *turn) begin() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy {
		return checks.Fail(checks.ReasonTimeout,
			fmt.Errorf("the program of the run started %v ago has not ended", rounded(time.Since(t.started))))
	}
	t.busy, t.started = true, time.Now()
	return nil
}

func (t *turn) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
}

// rounded makes a duration short to read.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}
