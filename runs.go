package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// runs knows the runs under way, so that they can be ended with the program: a
// run belongs to the collector, which has no end.
type runs struct {
	ctx  context.Context
	stop context.CancelFunc

	mu  sync.Mutex // held between looking whether runs have been ended and adding one
	all sync.WaitGroup
}

func newRuns() *runs {
	ctx, stop := context.WithCancel(context.Background())
	return &runs{ctx: ctx, stop: stop}
}

// owned returns the checks with functions that end when the program does.
func (r *runs) owned(cs []checks.Check) []checks.Check {
	cs = slices.Clone(cs)
	for i := range cs {
		f := cs[i].Func
		cs[i].Func = func(ctx context.Context) (string, error) {
			if !r.begin() {
				return "", errStopping
			}
			defer r.all.Done()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(r.ctx, cancel)()
			return f(ctx)
		}
	}
	return cs
}

// errStopping is the result of a run that would begin when all have been ended.
var errStopping = checks.Fail(checks.ReasonInternal, errors.New("local: the exporter is stopping"))

func (r *runs) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return false
	}
	r.all.Add(1)
	return true
}

// end ends all runs, and waits for them no longer than the limit.
func (r *runs) end(limit time.Duration) {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		r.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(limit):
	}
}
