package checks_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// observed runs f and returns the values that it observed, the last of each name.
func observed(t *testing.T, f func(context.Context)) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	f(checks.WithObserver(t.Context(), func(name string, v float64) { values[name] = v }))
	return values
}

func TestObserveOutsideOfARunDoesNothing(t *testing.T) {
	got := observed(t, func(context.Context) {
		checks.Observe(t.Context(), "connect_seconds", 1)
	})
	if len(got) != 0 {
		t.Errorf("observed %v, want nothing: the context is not the run's", got)
	}
}

func TestNameObservedTwiceHasItsLastValue(t *testing.T) {
	got := observed(t, func(ctx context.Context) {
		checks.Observe(ctx, "used_ratio", 0.5)
		checks.Observe(ctx, "used_ratio", 0.75)
	})
	if len(got) != 1 || got["used_ratio"] != 0.75 {
		t.Errorf("observed %v, want used_ratio 0.75", got)
	}
}

func TestNotANumberAndInfinityAreObserved(t *testing.T) {
	got := observed(t, func(ctx context.Context) {
		checks.Observe(ctx, "nan", math.NaN())
		checks.Observe(ctx, "inf", math.Inf(-1))
	})
	if !math.IsNaN(got["nan"]) || !math.IsInf(got["inf"], -1) {
		t.Errorf("observed %v, want NaN and -Inf", got)
	}
}

func TestSeventeenthNameIsDropped(t *testing.T) {
	got := observed(t, func(ctx context.Context) {
		for i := range 20 {
			checks.Observe(ctx, fmt.Sprintf("value_%d", i), float64(i))
		}
		checks.Observe(ctx, "value_0", 100)
	})
	if len(got) != checks.MaxObserved || checks.MaxObserved != 16 {
		t.Errorf("observed %d names, want 16", len(got))
	}
	if _, found := got["value_16"]; found || got["value_15"] != 15 {
		t.Errorf("observed %v, want the first 16", got)
	}
	if got["value_0"] != 100 {
		t.Errorf("value_0 = %v, want 100: a known name is heard also when all are taken", got["value_0"])
	}
}

func TestNamesThatNoMetricCouldHaveAreDropped(t *testing.T) {
	good := []string{"a", "z", "A", "Z", "_a", "A9", "a0", "a_b_seconds", strings.Repeat("a", 100)}
	bad := []string{"", "9a", "0", "`", "{", "@", "[", "a/", "a:", "a-b", "a.b", "a:b", "a b", "é", "a\n", strings.Repeat("a", 101)}
	got := observed(t, func(ctx context.Context) {
		for _, name := range append(bad, good...) {
			checks.Observe(ctx, name, 1)
		}
	})
	if len(got) != len(good) {
		t.Errorf("observed %v, want %q", got, good)
	}
	for _, name := range good {
		if _, found := got[name]; !found {
			t.Errorf("%q is dropped", name)
		}
	}
}

func TestGoroutinesOfARunObserveOneAtATime(t *testing.T) {
	// The map and the counter of the observer have no lock of their own.
	calls := 0
	got := map[string]float64{}
	ctx := checks.WithObserver(t.Context(), func(name string, v float64) { calls++; got[name] = v })
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for range 100 {
				checks.Observe(ctx, fmt.Sprintf("value_%d", i), 1)
			}
		})
	}
	wg.Wait()
	if len(got) != checks.MaxObserved || calls != 100*checks.MaxObserved {
		t.Errorf("observed %d names in %d calls, want 16 in 1600", len(got), calls)
	}
}

func TestEachRunHasItsOwnSixteenNames(t *testing.T) {
	for run := range 2 {
		got := observed(t, func(ctx context.Context) {
			for i := range 16 {
				checks.Observe(ctx, fmt.Sprintf("run_%d_%d", run, i), 1)
			}
		})
		if len(got) != 16 {
			t.Errorf("run %d observed %d names, want 16", run, len(got))
		}
	}
}

func TestContextBelowARunObservesForIt(t *testing.T) {
	got := observed(t, func(ctx context.Context) {
		below, cancel := context.WithCancel(context.WithValue(ctx, key{}, 1))
		cancel()
		checks.Observe(below, "after_cancel", 1)
	})
	if len(got) != 1 {
		t.Errorf("observed %v, want after_cancel", got)
	}
}

type key struct{}
