package faulttest

import (
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"
)

// atOnce is how many faults are tried at the same time, unless strict.
const atOnce = 8

// Run puts a check type through all faults, a subtest for each. The whole takes
// about three seconds. It cannot be used in a parallel test.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for _, r := range Verify(t, s) {
		t.Run(r.Fault, func(t *testing.T) {
			for _, p := range r.Problems {
				t.Errorf("%s: %s: %s", s.Type, r.Fault, p)
			}
			switch {
			case r.missing:
				t.Skip(r.Skipped)
			case r.Skipped != "":
				// A fault that the type cannot have is not a gap in its tests.
				t.Logf("not tried: %s", r.Skipped)
				return
			}
			t.Logf("%v %s: %s", r.Took.Round(time.Millisecond), r.Reason, r.Text)
		})
	}
}

// Verify is Run that returns what it finds: a result for each fault, in the order
// of [Names], and one named "afterwards" for what is open at the end. It fails tb
// only if the subject itself is invalid.
func Verify(tb testing.TB, s Subject) []Result {
	tb.Helper()
	validate(tb, s)
	// Make a first connection now, so that descriptors the runtime opens for it do
	// not count later.
	warm := &scope{TB: tb}
	Silent(warm)
	warm.close()
	before := openDescriptors()
	// A garbage collection would close leaked descriptors and thus hide the leak.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))

	b := newBench(tb, s)
	faults := table()
	results := make([]Result, len(faults)+1)
	places := make(chan struct{}, concurrency())
	var wg sync.WaitGroup
	for i, f := range faults {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			results[i] = b.try(tb.Context(), f)
		})
	}
	wg.Wait()
	b.scope.close()

	afterwards := &results[len(faults)]
	afterwards.Fault = "afterwards"
	if left := settle(time.Now().Add(patience), func() []string { return added(before) }); len(left) > 0 {
		afterwards.problem("leaves %d descriptors open: %q", len(left), left)
	}
	return results
}

func validate(tb testing.TB, s Subject) {
	tb.Helper()
	if s.Type == "" || s.Spec == nil {
		tb.Fatalf("fault table of %q: a subject has a Type and a Spec", s.Type)
	}
	for _, name := range slices.Concat(s.Only, slices.Collect(maps.Keys(s.Except))) {
		if !slices.Contains(Names(), name) {
			tb.Fatalf("fault table of %s: there is no fault %q, want one of %q", s.Type, name, Names())
		}
	}
}

func concurrency() int {
	if strict() {
		return 1
	}
	return atOnce
}
