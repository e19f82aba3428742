package collector_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	stressTTL     = 20 * time.Millisecond
	stressTimeout = 50 * time.Millisecond
)

// A crowd is checks of every kind, which watch that they are treated as
// promised, and the set of those that are registered.
type crowd struct {
	t *testing.T
	c *collector.Collector

	mu     sync.Mutex // held while the set is being changed
	checks []checks.Check
	next   int
}

// newCheck makes a check that has never been, with a name that may have.
func (w *crowd) newCheck(name string, deps ...string) checks.Check {
	w.next++
	p := &patient{t: w.t, kind: rand.IntN(8)}
	return checks.Check{
		Name: name, Func: p.run, DependsOn: deps, Fingerprint: strconv.Itoa(w.next),
		Timeout: stressTimeout, SuccessTTL: stressTTL, FailedTTL: stressTTL, Optional: rand.IntN(3) == 0,
		FailureThreshold: rand.IntN(3), SuccessThreshold: rand.IntN(3),
	}
}

// A patient is a check of some kind.
type patient struct {
	t     *testing.T
	kind  int
	under atomic.Int32
	mu    sync.Mutex
	runs  int
	early int
	ended time.Time
}

func (p *patient) run(ctx context.Context) (string, error) {
	if p.under.Add(1) > 1 {
		p.t.Error("two runs of a check at a time")
	}
	defer p.under.Add(-1)
	defer p.start(ctx)()
	checks.Observe(ctx, "used_ratio", rand.Float64())
	time.Sleep(rand.N(2 * time.Millisecond))
	switch p.kind {
	case 0:
		if rand.IntN(2) == 0 {
			return "", errDown
		}
	case 1:
		panic("trouble")
	case 2:
		<-ctx.Done()
		return "", ctx.Err()
	case 3: // Deaf.
		time.Sleep(stressTimeout + time.Duration(rand.IntN(300))*time.Millisecond)
	case 4:
		return "slow", checks.Warnf("careful")
	}
	return "ok", nil
}

// start checks that a run begins no earlier than it may: after nine tenths of the
// TTL, except for the second run, which spreads the checks, and for one that lets
// the result outlast a change of the check. The returned func is called at the
// end. A run that may have been given up says nothing about the next. Its time
// counts from the deadline: on a busy machine the function itself may begin late.
func (p *patient) start(ctx context.Context) (end func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runs++
	begin := time.Now()
	if gap := begin.Sub(p.ended); p.runs > 2 && gap < stressTTL*9/10 {
		if p.early++; p.early > 1 {
			p.t.Errorf("run %d began %v after the one before, want at least nine tenths of %v", p.runs, gap, stressTTL)
		}
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ended = time.Now()
		if deadline, _ := ctx.Deadline(); p.ended.Sub(deadline) > stressTimeout/2 {
			p.ended = time.Time{}
		}
	}
}

// change adds, removes or replaces checks.
func (w *crowd) change() {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := func(c checks.Check) string { return c.Name }
	switch i := rand.IntN(len(w.checks)); rand.IntN(3) {
	case 0:
		fresh := w.newCheck(fmt.Sprint("n", rand.IntN(20)), names(w.checks[i]))
		if w.c.Add(fresh) == nil {
			w.checks = append(w.checks, fresh)
		}
	case 1:
		if len(w.checks) > 5 && w.c.Remove(names(w.checks[i])) == nil {
			w.checks = slices.Delete(w.checks, i, i+1)
		}
	default:
		next := slices.Clone(w.checks)
		next[i] = w.newCheck(names(next[i]), next[i].DependsOn...)
		ctx, cancel := context.WithTimeout(context.Background(), rand.N(20*time.Millisecond))
		defer cancel()
		if err := w.c.Replace(ctx, next); err == nil {
			w.checks = next
		} else if !errors.Is(err, context.DeadlineExceeded) {
			w.t.Errorf("Replace() = %v", err)
		}
	}
}

// read asks for something, and checks that the answer can be true.
func (w *crowd) read(seen *sync.Map) {
	var filter collector.Filter
	if rand.IntN(2) == 0 {
		filter.Names = []string{fmt.Sprint("n", rand.IntN(20))}
	}
	ctx, cancel := context.WithTimeout(context.Background(), rand.N(50*time.Millisecond))
	defer cancel()
	r, err := w.c.Report(ctx, filter)
	if err != nil {
		if !errors.Is(err, collector.ErrUnknownCheck) {
			w.t.Errorf("Report() = %v", err)
		}
		return
	}
	wantTruth(w.t, r)
	if before, loaded := seen.LoadOrStore(r.Version, r); loaded && r.Version != 0 {
		wantSame(w.t, before.(collector.Report), r) //nolint:forcetypeassert // It holds nothing else.
	}
}

// wantTruth checks what must hold for every report.
func wantTruth(t *testing.T, r collector.Report) {
	t.Helper()
	want := collector.StatusPassed
	names := map[string]bool{}
	for _, result := range r.Results {
		if names[result.Check] {
			t.Errorf("%s is there twice", result.Check)
		}
		names[result.Check] = true
		switch {
		case result.State != collector.StatePassed && !result.Optional:
			want = collector.StatusFailed
		case want == collector.StatusPassed && (result.State != collector.StatePassed || result.Warning != ""):
			want = collector.StatusDegraded
		}
		// Generous: the two processors are shared.
		if age := r.Time.Sub(result.Time); result.Passed && age > stressTTL+stressTimeout+time.Second {
			t.Errorf("%s: a pass of %v ago", result.Check, age)
		}
		if result.Passed != (result.Reason == "") || result.Duration < 0 {
			t.Errorf("%s: passed %v with reason %q, duration %v", result.Check, result.Passed, result.Reason, result.Duration)
		}
	}
	if r.Draining != "" {
		want = collector.StatusFailed
	}
	if r.Status != want {
		t.Errorf("status %s, want %s of %d results, draining %q", r.Status, want, len(r.Results), r.Draining)
	}
}

func wantSame(t *testing.T, a, b collector.Report) {
	t.Helper()
	if a.Status != b.Status || a.Draining != b.Draining || !slices.Equal(a.Results, b.Results) {
		t.Errorf("two reports of version %d differ", a.Version)
	}
}

func TestEverythingAtOnceKeepsItsPromises(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: takes seconds of everything at once")
	}
	for _, inBackground := range []bool{false, true} {
		t.Run(fmt.Sprint("background ", inBackground), func(t *testing.T) {
			var hooks atomic.Int64
			w := &crowd{t: t}
			w.c = newCollector(t, collector.Options{
				Concurrency: 4, CollectWait: 5 * time.Millisecond, OnChange: func(_, _ collector.Result) { hooks.Add(1) },
			})
			for i := range 10 {
				w.checks = append(w.checks, w.newCheck(fmt.Sprint("n", i)))
			}
			if err := w.c.Add(w.checks...); err != nil {
				t.Fatal(err)
			}
			registry := prometheus.NewPedanticRegistry()
			registry.MustRegister(w.c)
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
			defer cancel()
			var all sync.WaitGroup
			if inBackground {
				all.Go(func() { _ = w.c.Run(ctx) })
			}
			repeat := func(pause time.Duration, f func()) {
				all.Go(func() {
					for ctx.Err() == nil {
						f()
						time.Sleep(rand.N(pause))
					}
				})
			}
			var seen sync.Map
			for range 8 {
				repeat(2*time.Millisecond, func() { w.read(&seen) })
			}
			repeat(10*time.Millisecond, w.change)
			repeat(10*time.Millisecond, w.change)
			repeat(10*time.Millisecond, func() {
				if err := w.c.Limit(collector.Limits{Concurrency: 1 + rand.IntN(4), MaxWait: rand.N(5 * time.Millisecond)}); err != nil {
					t.Error(err)
				}
			})
			repeat(20*time.Millisecond, func() { w.c.Drain([]error{nil, errDown}[rand.IntN(2)]) })
			repeat(20*time.Millisecond, func() {
				if _, err := registry.Gather(); err != nil {
					t.Error(err)
				}
			})
			repeat(20*time.Millisecond, func() {
				if _, err := w.c.Gather(); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			if hooks.Load() == 0 {
				t.Error("no hook was called")
			}
			w.wantRest()
		})
	}
}

// wantRest checks that every run ends and gives its place back.
func (w *crowd) wantRest() {
	w.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if w.c.Queued() == 0 && w.c.Taken() == 0 {
			break
		}
		if time.Now().After(end) {
			w.t.Fatalf("%d runs wait, %d places are taken after all is over", w.c.Queued(), w.c.Taken())
		}
	}
	w.c.Drain(nil)
	if err := w.c.Limit(collector.Limits{Concurrency: 4}); err != nil {
		w.t.Fatal(err)
	}
	r := report(w.t, w.c)
	for _, result := range r.Results {
		if result.State == collector.StateUnknown || result.Reason == checks.ReasonInternal {
			w.t.Errorf("%s: %s %s in the end", result.Check, result.State, result.Output)
		}
	}
}
