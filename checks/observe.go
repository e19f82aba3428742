package checks

import (
	"context"
	"sync"
)

// MaxObserved is how many different names one run may observe. Further names are
// dropped.
const MaxObserved = 16

// observer receives the values of one run.
type observer struct {
	mu    sync.Mutex
	names map[string]bool
	f     func(name string, v float64)
}

type observerKey struct{}

// Observe reports a measured value of this run: a gauge healthcheck_value with
// the label name, and a member of "values" in verbose answers. A name matches
// [a-zA-Z_][a-zA-Z0-9_]{0,99} and ends in a base unit as metric names do
// (connect_seconds, used_ratio, tls_not_after_timestamp_seconds: a point in
// time, never a remaining time); other names are dropped. The last value of a name
// counts. A value that the next run does not observe disappears.
//
// Observe is safe for use by all goroutines of the run and does nothing
// outside of one.
func Observe(ctx context.Context, name string, v float64) {
	o, ok := ctx.Value(observerKey{}).(*observer)
	if !ok || len(name) > maxNameLength || !validLabel(name) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.names[name] {
		if len(o.names) == MaxObserved {
			return
		}
		o.names[name] = true
	}
	o.f(name, v)
}

// WithObserver returns a context whose Observe calls f, one call at a time.
// It is for the collector and for the tests of check types.
func WithObserver(ctx context.Context, f func(name string, v float64)) context.Context {
	return context.WithValue(ctx, observerKey{}, &observer{names: map[string]bool{}, f: f})
}
