package collector

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// requestGap is the shortest time between two runs of a check that RunNow
// starts.
const requestGap = 5 * time.Second

// ErrNotRunnable is returned (wrapped) by RunNow for a check with a receiver:
// its job runs elsewhere and reports by heartbeats.
var ErrNotRunnable = errors.New("the check waits for heartbeats, it cannot be run")

// A TooSoonError is returned by RunNow if it has started a run of the check less
// than 5 seconds ago.
type TooSoonError struct {
	Check string
	// Left is the time after which RunNow starts a run again.
	Left time.Duration
}

// Error implements error.
func (e *TooSoonError) Error() string {
	return fmt.Sprintf("check %q was run on request less than %v ago, try again in %v", e.Check, requestGap, roundUp(e.Left))
}

// roundUp returns d in whole seconds.
func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// RunNow runs a check at once, however fresh its result is, and returns the new
// result. It joins a run that is under way, and otherwise starts one, at most
// every 5 seconds for each check; before that the error is a *[TooSoonError].
// The rules of every run apply: a check whose dependency has not passed is
// skipped, and if the function of an earlier run has not returned, it is not
// called again and the check fails. A muted check runs too.
//
// The context bounds only the wait; the run continues. The error is
// ErrUnknownCheck, ErrNotRunnable, ErrEnded, or that of ctx. If the check is
// replaced meanwhile, RunNow returns the first result of the new definition.
func (c *Collector) RunNow(ctx context.Context, name string) (*Result, error) {
	r := request{name: name}
	for {
		var p *published
		var wait <-chan struct{}
		var err error
		c.act(func(fx *effects) { p, wait, err = c.serve(fx, &r) })
		switch {
		case err != nil:
			return nil, err
		case p != nil:
			return &p.Result, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// A request is one call of RunNow.
type request struct {
	name    string
	line    *line  // the definition that it has requested a run of; nil: none yet
	arrived uint64 // results of that definition up to this number are old
}

// serve returns the result that answers r, or else what to wait for before the
// next call.
func (c *Collector) serve(fx *effects, r *request) (*published, <-chan struct{}, error) {
	set := c.set.Load()
	e := set.byName[r.name]
	switch {
	case e == nil:
		return nil, nil, set.unknown(r.name)
	case e.Receiver != nil:
		return nil, nil, fmt.Errorf("check %q: %w", r.name, ErrNotRunnable)
	case c.base.Err() != nil:
		return nil, nil, ErrEnded
	}
	l := e.line
	switch {
	case r.line == nil:
		if err := c.request(fx, l); err != nil {
			return nil, nil, err
		}
		r.line, r.arrived = l, c.results.Load()
	case r.line != l: // The first result of a new definition is as good as requested.
		r.line, r.arrived = l, 0
	}
	c.ensure(fx, l, r.arrived)
	if p := l.result(); l.number() > r.arrived {
		return p, nil, nil
	}
	return nil, l.wait(), nil
}

// request notes that a run of l is started by request, or returns an error if it
// is too soon for that. If a run is under way, there is nothing to note.
func (c *Collector) request(fx *effects, l *line) error {
	if l.run != nil {
		return nil
	}
	s := l.slot
	if left := s.rests - fx.now.mono; left > 0 {
		return &TooSoonError{Check: s.name, Left: left}
	}
	s.rests = fx.now.mono + requestGap
	return nil
}
