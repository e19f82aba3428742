package instance

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Runs knows the runs under way, so that they can be ended with the program: a
// run belongs to the collector, which has no end.
type Runs struct {
	ctx  context.Context
	stop context.CancelFunc

	mu  sync.Mutex // held between looking whether runs have been ended and adding one
	all sync.WaitGroup
}

// NewRuns returns Runs with none under way.
func NewRuns() *Runs {
	ctx, stop := context.WithCancel(context.Background())
	return &Runs{ctx: ctx, stop: stop}
}

// Owned returns the checks with functions that end when the program does.
func (r *Runs) Owned(cs []checks.Check) []checks.Check {
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

func (r *Runs) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return false
	}
	r.all.Add(1)
	return true
}

// End ends all runs, and waits for them no longer than the limit.
func (r *Runs) End(limit time.Duration) {
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
