package collector_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// readers calls Report n times at once and returns the reports.
func readers(t *testing.T, c *collector.Collector, n int) []collector.Report {
	t.Helper()
	reports := make([]collector.Report, n)
	var wg sync.WaitGroup
	for i := range reports {
		wg.Go(func() {
			var err error
			if reports[i], err = c.Report(t.Context(), collector.Filter{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return reports
}

func TestRule01AnImpatientCallerNeitherFailsTheNextNorIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(200 * time.Millisecond))
		c := newCollector(t, collector.Options{}, s.check("db"))

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		r, err := c.Report(ctx, collector.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		wantResult(t, r.Results[0], collector.StateUnknown, "not checked yet")
		if r.Status != collector.StatusFailed {
			t.Errorf("status = %s, want failed while unknown", r.Status)
		}

		wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
		s.wantRuns(t, 1)
	})
}

func TestRule01ARunHasAContextOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var left time.Duration
		var inherited any
		c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Timeout: 2 * time.Second, Func: func(ctx context.Context) (string, error) {
			deadline, _ := ctx.Deadline()
			left, inherited = time.Until(deadline), ctx.Value(key{})
			return "", nil
		}})
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "the caller's"), time.Second)
		defer cancel()
		if _, err := c.Report(ctx, collector.Filter{}); err != nil {
			t.Fatal(err)
		}
		if left != 2*time.Second || inherited != nil {
			t.Errorf("deadline in %v, value %v, want 2s and nothing of the caller", left, inherited)
		}
	})
}

func TestRule02AThousandReadersOfAnExpiredCheckCauseOneRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(200 * time.Millisecond))
		c := newCollector(t, collector.Options{}, s.check("db"))
		for round := range int64(3) {
			begin := time.Now()
			for _, r := range readers(t, c, 1000) {
				wantResult(t, r.Results[0], collector.StatePassed, "ok")
			}
			if took := time.Since(begin); took != 200*time.Millisecond {
				t.Errorf("the slowest answer took %v, want the run's 200ms", took)
			}
			s.wantRuns(t, round+1)
			time.Sleep(27*time.Second + time.Millisecond)
		}
	})
}

func TestRule02ASlowCheckDoesNotHoldUpTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow, quick subject
		slow.takes.Store(int64(4 * time.Second))
		c := newCollector(t, collector.Options{}, slow.check("slow"), quick.check("quick"))
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		begin := time.Now()
		wantResult(t, one(t, c, "quick"), collector.StatePassed, "ok")
		if took := time.Since(begin); took != 0 {
			t.Errorf("the quick check took %v, want no wait", took)
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
	})
}

func TestRule02RunsAreBoundedAndWaitingIsOutsideTimeoutAndDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int64
		slow := func(context.Context) (string, error) {
			most.Store(max(most.Load(), under.Add(1)))
			time.Sleep(time.Second)
			under.Add(-1)
			return "ok", nil
		}
		var cs []checks.Check
		for i := range 8 {
			cs = append(cs, checks.Check{Name: fmt.Sprint("c", i), Func: slow, Timeout: 1500 * time.Millisecond})
		}
		c := newCollector(t, collector.Options{Concurrency: 2}, cs...)
		begin := time.Now()
		r := report(t, c)
		if took := time.Since(begin); took != 4*time.Second {
			t.Errorf("took %v, want 4s for 8 runs of 1s in 2 places", took)
		}
		if most.Load() != 2 {
			t.Errorf("%d runs at a time, want 2", most.Load())
		}
		for _, result := range r.Results {
			wantResult(t, result, collector.StatePassed, "ok")
			if result.Duration != time.Second {
				t.Errorf("%s: duration %v, want 1s without the wait", result.Check, result.Duration)
			}
		}
	})
}

func TestRule02ACheckThatGetsNoPlaceFailsAsOurOwnTroubleAndIsNoRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hog := func(context.Context) (string, error) { <-release; return "", nil }
		var s subject
		c := newCollector(t, collector.Options{Concurrency: 1},
			checks.Check{Name: "hog", Func: hog, Timeout: time.Minute}, s.check("starved"))
		time.Sleep(time.Hour)
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		r := one(t, c, "starved")
		wantResult(t, r, collector.StateFailed, "local: waited 10s for one of 1 places")
		if r.Reason != checks.ReasonInternal {
			t.Errorf("reason = %s, want internal", r.Reason)
		}
		s.wantRuns(t, 0)
		wantMetrics(t, c, `
			healthcheck_runs_total{check="starved",result="failed"} 0
			healthcheck_passed{check="starved"} 0
			healthcheck_failure_info{check="starved",reason="internal"} 1
		`)
		close(release)
		time.Sleep(10 * time.Second)
		wantResult(t, one(t, c, "starved"), collector.StatePassed, "ok")
		s.wantRuns(t, 1)
	})
}

func TestRule02LimitGivesWaitingRunsTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hog := func(context.Context) (string, error) { <-release; return "done", nil }
		var cs []checks.Check
		for i := range 4 {
			cs = append(cs, checks.Check{Name: fmt.Sprint("c", i), Func: hog, Timeout: time.Minute})
		}
		c := newCollector(t, collector.Options{Concurrency: 1}, cs...)
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		if got := c.Queued(); got != 3 {
			t.Errorf("%d wait, want 3", got)
		}
		if err := c.Limit(collector.Limits{Concurrency: 3}); err != nil {
			t.Fatal(err)
		}
		if got := c.Queued(); got != 1 {
			t.Errorf("%d wait after Limit(3), want 1", got)
		}
		close(release)
		synctest.Wait()
		for _, r := range report(t, c).Results {
			wantResult(t, r, collector.StatePassed, "done")
		}
	})
}

func TestRule06TTLZeroRunsForEachReaderOrJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Second))
		check := s.check("live")
		check.SuccessTTL, check.FailedTTL = -1, -1
		c := newCollector(t, collector.Options{}, check)
		readers(t, c, 10)
		s.wantRuns(t, 1)
		r := report(t, c)
		s.wantRuns(t, 2)
		if !r.Results[0].Expires.Equal(r.Results[0].Time) {
			t.Errorf("expires %v after its time, want at once", r.Results[0].Expires.Sub(r.Results[0].Time))
		}
		stop := background(t, c)
		time.Sleep(time.Minute)
		s.wantRuns(t, 3) // The first of the background; then only readers start it.
		stop()
	})
}

func TestEmptyCollectorPasses(t *testing.T) {
	c := newCollector(t, collector.Options{})
	if r := report(t, c); r.Status != collector.StatusPassed || len(r.Results) != 0 {
		t.Errorf("report = %v, want passed and empty", r)
	}
}

func TestFilterMustBeAbleToFail(t *testing.T) {
	var s subject
	a, b := s.check("a"), s.check("b")
	a.Tags = []string{"ready", "db"}
	b.Tags = []string{"ready"}
	c := newCollector(t, collector.Options{}, a, b)
	for _, test := range []struct {
		filter collector.Filter
		want   string // names, or the error
	}{
		{collector.Filter{}, "a b"},
		{collector.Filter{Names: []string{"b"}}, "b"},
		{collector.Filter{Names: []string{"b", "a"}}, "a b"},
		{collector.Filter{Tags: []string{"db"}}, "a"},
		{collector.Filter{Tags: []string{"db", "ready"}}, "a b"},
		{collector.Filter{Tags: []string{"ready"}, Exclude: []string{"a"}}, "b"},
		{collector.Filter{Names: []string{"b"}, Tags: []string{"db"}}, "unknown check: the selection leaves none"},
		{collector.Filter{Exclude: []string{"a", "b"}}, "unknown check: the selection leaves none"},
		{collector.Filter{Names: []string{"a", "x"}}, `unknown check "x"`},
		{collector.Filter{Names: []string{"a,b"}}, `unknown check "a,b"`},
		{collector.Filter{Exclude: []string{"x"}}, `unknown check "x"`},
		{collector.Filter{Tags: []string{"x"}}, `unknown check: no check has the tag "x"`},
	} {
		r, err := c.Report(t.Context(), test.filter)
		var names []string
		for _, result := range r.Results {
			names = append(names, result.Check)
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%+v: %q, want %q", test.filter, got, test.want)
		}
	}
}

func TestAFilterThatIsKnownLetsNoMisspeltOnePass(t *testing.T) {
	var s subject
	a, b := s.check("a"), s.check("b")
	a.Tags, b.Tags = []string{"x"}, []string{"y"}
	c := newCollector(t, collector.Options{}, a, b)
	for _, known := range []collector.Filter{{Names: []string{"a", "b"}}, {Names: []string{"a"}, Tags: []string{"x"}}, {Tags: []string{"x", "y"}}} {
		if _, err := c.Report(t.Context(), known); err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range []collector.Filter{
		{Names: []string{"a,b"}}, {Names: []string{"a\x01b"}}, {Names: []string{"ab"}}, {Names: []string{"a", "b", ""}}, {Names: []string{""}},
		{Names: []string{"a\x00\x01\x01x"}}, {Tags: []string{"x,y"}}, {Tags: []string{"xy"}}, {Names: []string{"a", "x"}}, {Tags: []string{"a", "b"}},
		{Exclude: []string{"a,b"}},
	} {
		if r, err := c.Report(t.Context(), wrong); !errors.Is(err, collector.ErrUnknownCheck) {
			t.Errorf("%q: %d results, error %v, want ErrUnknownCheck", wrong, len(r.Results), err)
		}
	}
}
