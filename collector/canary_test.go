package collector_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestAbortedChangesFailNoPoll(t *testing.T) {
	for name, test := range map[string]struct{ ttl, timeout, takes, nextTimeout, nextTakes time.Duration }{
		"quick":                         {27 * time.Second, 5 * time.Second, 10 * time.Millisecond, 5 * time.Second, 10 * time.Millisecond},
		"the new one hangs":             {27 * time.Second, 5 * time.Second, 10 * time.Millisecond, 5 * time.Second, time.Hour},
		"it hangs for longer":           {27 * time.Second, 5 * time.Second, 10 * time.Millisecond, 20 * time.Second, time.Hour},
		"both are slow":                 {27 * time.Second, 5 * time.Second, 4 * time.Second, 5 * time.Second, 4 * time.Second},
		"short life, the new one hangs": {2 * time.Second, 5 * time.Second, 10 * time.Millisecond, 5 * time.Second, time.Hour},
		"short life, a slow new one":    {2 * time.Second, 5 * time.Second, 1500 * time.Millisecond, 5 * time.Second, 3 * time.Second},
		"results live for a short time": {2 * time.Second, 5 * time.Second, 1500 * time.Millisecond, 5 * time.Second, 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s, next subject
				s.takes.Store(int64(test.takes))
				next.takes.Store(int64(test.nextTakes))
				next.fails(errDown)
				check, changed := keyed(s.check("db"), "1"), keyed(next.check("db"), "2")
				check.SuccessTTL, check.Timeout, changed.Timeout = test.ttl, test.timeout, test.nextTimeout
				c := newCollector(t, collector.Options{MaxWait: time.Second, StartupWait: 10 * time.Second}, check)
				defer background(t, c)()
				report(t, c)
				time.Sleep(time.Minute)
				var changing sync.WaitGroup
				changing.Go(func() {
					for range 50 {
						change, err := c.Prepare(t.Context(), []checks.Check{changed}, collector.Limits{})
						if err != nil {
							t.Error(err)
							return
						}
						change.Abort()
						time.Sleep(7300 * time.Millisecond)
					}
				})
				failed := 0
				for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
					if r := report(t, c); r.Status != collector.StatusPassed {
						failed++
						if failed < 3 {
							t.Logf("%s %s", r.Results[0].State, r.Results[0].Output)
						}
					}
				}
				changing.Wait()
				if failed > 0 {
					t.Errorf("%d polls failed, want none", failed)
				}
			})
		})
	}
}

func TestADeafCallOfAnAbortedChangeDoesNotHoldUpTheDefinitionInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		hung, release, calls := deaf("db")
		c := newCollector(t, collector.Options{MaxWait: time.Second}, keyed(s.check("db"), "1"))
		defer background(t, c)()
		report(t, c)
		for range 3 {
			change, err := c.Prepare(t.Context(), []checks.Check{keyed(hung, "2")}, collector.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if r := change.FirstResults()[0]; r.Reason != checks.ReasonTimeout {
				t.Errorf("the first result is %s %q, want a timeout", r.Reason, r.Output)
			}
			change.Abort()
		}
		calls.wantRuns(t, 1) // It has not returned: nobody calls it again.
		before := s.runs.Load()
		for range 600 {
			time.Sleep(100 * time.Millisecond)
			wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
		}
		if runs := s.runs.Load() - before; runs < 2 {
			t.Errorf("%d runs in a minute, want at least 2", runs)
		}
		wantMetrics(t, c, `healthcheck_run_stuck{check="db"} 0`)

		if err := c.Replace(t.Context(), []checks.Check{keyed(hung, "2")}); err != nil {
			t.Fatal(err)
		}
		wantMetrics(t, c, `healthcheck_run_stuck{check="db"} 1`)
		if r := one(t, c, "db"); r.State != collector.StateFailed || r.Reason != checks.ReasonTimeout {
			t.Errorf("%s %s %q, want that the run has not returned", r.State, r.Reason, r.Output)
		}
		calls.wantRuns(t, 1)
		close(release)
		time.Sleep(10 * time.Second)
		wantResult(t, one(t, c, "db"), collector.StatePassed, "late")
		wantMetrics(t, c, `healthcheck_run_stuck{check="db"} 0`)
	})
}
