package collector_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// deaf is a check that ignores its context until it is released.
func deaf(name string) (check checks.Check, release chan struct{}, s *subject) {
	release, s = make(chan struct{}), &subject{}
	return checks.Check{Name: name, Func: func(context.Context) (string, error) {
		s.runs.Add(1)
		<-release
		return "late", nil
	}}, release, s
}

func TestRule03ADeafCheckFailsOnTimeAndNoSecondRunStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, release, s := deaf("deaf")
		c := newCollector(t, collector.Options{}, check)
		time.Sleep(time.Hour)
		begin := time.Now()
		r := one(t, c, "deaf")
		if took := time.Since(begin); took != 5*time.Second+50*time.Millisecond {
			t.Errorf("answered after %v, want timeout plus 50ms", took)
		}
		wantResult(t, r, collector.StateFailed, "timeout: the check did not return within 5s")
		if r.Reason != checks.ReasonTimeout {
			t.Errorf("reason %s, want timeout", r.Reason)
		}
		before := runtime.NumGoroutine()
		for range 1000 {
			report(t, c)
		}
		time.Sleep(3 * time.Minute)
		r = one(t, c, "deaf")
		wantResult(t, r, collector.StateFailed, "timeout: the run started 3m5s ago has not returned")
		if got := r.Expires.Sub(r.Time); got != 9*time.Second {
			t.Errorf("kept for %v, want the failed TTL", got)
		}
		if added := runtime.NumGoroutine() - before; added > 0 {
			t.Errorf("%d goroutines more, want none", added)
		}
		s.wantRuns(t, 1)
		wantMetrics(t, c, `
			healthcheck_run_stuck{check="deaf"} 1
			healthcheck_runs_total{check="deaf",result="failed"} 1
			healthcheck_failures_total{check="deaf",reason="timeout"} 1
			healthcheck_consecutive_failures{check="deaf"} 1
		`)

		close(release)
		synctest.Wait()
		wantMetrics(t, c, `healthcheck_run_stuck{check="deaf"} 0`)
		wantResult(t, one(t, c, "deaf"), collector.StatePassed, "late")
		s.wantRuns(t, 2)
	})
}

func TestRule03TheResultOfAGivenUpRunIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, release, s := deaf("deaf")
		c := newCollector(t, collector.Options{}, check)
		report(t, c)
		close(release) // Within the life of its failure: no run before that is over.
		synctest.Wait()
		wantResult(t, one(t, c, "deaf"), collector.StateFailed, "timeout: the check did not return within 5s")
		s.wantRuns(t, 1)
		time.Sleep(9 * time.Second)
		wantResult(t, one(t, c, "deaf"), collector.StatePassed, "late")
		s.wantRuns(t, 2)
	})
}

func TestRule03ADeafCheckGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, release, _ := deaf("deaf")
		var s subject
		c := newCollector(t, collector.Options{Concurrency: 1}, check, s.check("next"))
		report(t, c)
		s.wantRuns(t, 1)
		close(release)
		synctest.Wait()
	})
}

func TestRule03ACheckThatObeysSaysForItselfWhatWentWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Func: func(ctx context.Context) (string, error) {
			<-ctx.Done()
			time.Sleep(20 * time.Millisecond)
			return "", checks.Fail(checks.ReasonTimeout, context.DeadlineExceeded)
		}})
		wantResult(t, one(t, c, "a"), collector.StateFailed, "context deadline exceeded")
		wantMetrics(t, c, `healthcheck_run_stuck{check="a"} 0`)
	})
}

func TestRule03InTheBackgroundAStuckCheckRecoversWithinItsFailedTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, release, s := deaf("deaf")
		c := newCollector(t, collector.Options{MaxWait: time.Second}, check)
		stop := background(t, c)
		defer stop()
		time.Sleep(time.Minute)
		wantResult(t, one(t, c, "deaf"), collector.StateFailed, one(t, c, "deaf").Output)
		s.wantRuns(t, 1)
		close(release)
		time.Sleep(time.Second)
		wantResult(t, one(t, c, "deaf"), collector.StatePassed, "late")
		s.wantRuns(t, 2)
	})
}

func TestRule03StuckFailuresCountForTheThreshold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, first := make(chan struct{}), true
		c := newCollector(t, collector.Options{}, checks.Check{Name: "a", FailureThreshold: 3, Func: func(context.Context) (string, error) {
			if !first {
				<-release
			}
			first = false
			return "ok", nil
		}})
		for i, want := range []collector.State{collector.StatePassed, collector.StatePassed, collector.StatePassed, collector.StateFailed} {
			if got := one(t, c, "a").State; got != want {
				t.Errorf("result %d: state %s, want %s", i, got, want)
			}
			time.Sleep(27 * time.Second)
		}
		close(release)
		synctest.Wait()
	})
}

func TestRule06NobodyWaitsForTheTimerThatGivesARunUp(t *testing.T) {
	for range 20 { // Whose timer is first at the same moment is left to chance.
		synctest.Test(t, func(t *testing.T) {
			hang, release := make(chan struct{}), make(chan struct{})
			var s subject
			c := newCollector(t, collector.Options{SuccessTTL: 10 * time.Second, Timeout: time.Second}, checks.Check{
				Name: "deaf", Func: func(context.Context) (string, error) {
					if s.runs.Add(1) == 3 { // The first that comes in the last tenth of a life.
						close(hang)
						<-release
					}
					return "ok", nil
				},
			})
			stop := background(t, c)
			<-hang
			time.Sleep(1050 * time.Millisecond)
			for range 10 {
				wantResult(t, one(t, c, "deaf"), collector.StateFailed, "timeout: the check did not return within 1s")
			}
			wantMetrics(t, c, `
				healthcheck_cache_requests_total{outcome="coalesced"} 0
				healthcheck_cache_requests_total{outcome="miss"} 0
			`)
			close(release)
			stop()
		})
	}
}

func TestAFilterWithACommaInANameIsNotTwoNames(t *testing.T) {
	var a, b subject
	c := newCollector(t, collector.Options{}, a.check("a"), b.check("b"))
	if _, err := c.Report(t.Context(), collector.Filter{Names: []string{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{{"a,b"}, {"a\x01b"}, {"a;", "b"}} {
		if _, err := c.Report(t.Context(), collector.Filter{Names: names}); !errors.Is(err, collector.ErrUnknownCheck) {
			t.Errorf("Report(%q) = %v, want ErrUnknownCheck", names, err)
		}
	}
}
