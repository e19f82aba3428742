package collector_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func runNow(t *testing.T, c *collector.Collector, name string) *collector.Result {
	t.Helper()
	r, err := c.RunNow(t.Context(), name)
	if err != nil {
		t.Fatalf("RunNow(%s) = %v", name, err)
	}
	return r
}

func wantTooSoon(t *testing.T, c *collector.Collector, name string, left time.Duration, text string) {
	t.Helper()
	_, err := c.RunNow(t.Context(), name)
	if soon, is := errors.AsType[*collector.TooSoonError](err); !is || soon.Left != left || soon.Check != name || err.Error() != text {
		t.Errorf("RunNow(%s) = %v, want %q with %v left", name, err, text, left)
	}
}

func TestRunNowRunsACheckWhoseResultIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		report(t, c)
		s.fails(errDown)
		wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
		r := runNow(t, c, "db")
		wantResult(t, r, collector.StateFailed, "down")
		if one(t, c, "db") != r {
			t.Error("readers get another result than RunNow")
		}
		s.wantRuns(t, 2)
		wantMetrics(t, c, `
			healthcheck_runs_total{check="db",result="failed"} 1
			healthcheck_runs_total{check="db",result="passed"} 1
		`)
	})
}

func TestRunNowStartsAtMostOneRunInFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, web subject
		c := newCollector(t, collector.Options{}, db.check("db"), web.check("web"))
		runNow(t, c, "db")
		wantTooSoon(t, c, "db", 5*time.Second, `check "db" was run on request less than 5s ago, try again in 5s`)
		time.Sleep(3900 * time.Millisecond)
		wantTooSoon(t, c, "db", 1100*time.Millisecond, `check "db" was run on request less than 5s ago, try again in 2s`)
		runNow(t, c, "web") // Each check has its own limit.
		time.Sleep(1100 * time.Millisecond)
		runNow(t, c, "db")
		db.wantRuns(t, 2)
		web.wantRuns(t, 1)
	})
}

func TestRunNowJoinsTheRunUnderWay(t *testing.T) {
	for _, mode := range []string{"lazy", "background"} {
		t.Run(mode, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s subject
				s.takes.Store(int64(time.Second))
				c := newCollector(t, collector.Options{}, s.check("db"))
				if mode == "background" {
					defer background(t, c)()
				}
				var all sync.WaitGroup
				for range 20 {
					all.Go(func() { wantResult(t, runNow(t, c, "db"), collector.StatePassed, "ok") })
				}
				all.Go(func() { report(t, c) })
				all.Wait()
				s.wantRuns(t, 1)
			})
		})
	}
}

func TestARunOnRequestMovesTheNextRunByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		defer background(t, c)()
		time.Sleep(2 * time.Minute) // The runs are no longer spread.
		for range 3 {
			runNow(t, c, "db")
			before := s.runs.Load()
			time.Sleep(24 * time.Second) // 90 % of the TTL is 24.3 s.
			s.wantRuns(t, before)
			time.Sleep(3 * time.Second)
			s.wantRuns(t, before+1)
		}
	})
}

func TestRunNowGivesUpWithItsContextWhileTheRunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(2 * time.Second))
		c := newCollector(t, collector.Options{}, s.check("db"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.RunNow(ctx, "db"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("RunNow() = %v, want the error of its context", err)
		}
		wantResult(t, runNow(t, c, "db"), collector.StatePassed, "ok") // It joins.
		s.wantRuns(t, 1)
	})
}

func TestRunNowOfACheckWhoseDependencyFailsSkipsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, app subject
		db.fails(errDown)
		dependent := app.check("app")
		dependent.DependsOn = []string{"db"}
		c := newCollector(t, collector.Options{}, db.check("db"), dependent)
		wantResult(t, runNow(t, c, "app"), collector.StateSkipped, "skipped: db fails")
		app.wantRuns(t, 0)
		db.passes()
		runNow(t, c, "db") // Its pass runs what was skipped.
		synctest.Wait()
		wantResult(t, one(t, c, "app"), collector.StatePassed, "ok")
		app.wantRuns(t, 1)
	})
}

func TestRunNowOfAMutedCheckRunsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.fails(errDown)
		c := newCollector(t, collector.Options{}, s.check("db"))
		report(t, c)
		if err := c.Mute("db", collector.Mute{Reason: "known", Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		r := runNow(t, c, "db")
		wantResult(t, r, collector.StateFailed, "down")
		if r.Muted == nil {
			t.Error("the result is not muted")
		}
		s.wantRuns(t, 2)
	})
}

func TestRunNowOfADeafCheckFailsAnewWithoutASecondCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, release, s := deaf("deaf")
		c := newCollector(t, collector.Options{}, check)
		report(t, c)
		time.Sleep(time.Second)
		wantResult(t, runNow(t, c, "deaf"), collector.StateFailed, "timeout: the run started 6s ago has not returned")
		wantTooSoon(t, c, "deaf", 5*time.Second, `check "deaf" was run on request less than 5s ago, try again in 5s`)
		s.wantRuns(t, 1)
		close(release)
		synctest.Wait()
		time.Sleep(5 * time.Second)
		wantResult(t, runNow(t, c, "deaf"), collector.StatePassed, "late")
		s.wantRuns(t, 2)
	})
}

func TestRunNowThatMeetsAReloadReturnsTheResultOfTheNewDefinition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var former, next subject
		former.takes.Store(int64(3 * time.Second))
		c := newCollector(t, collector.Options{}, former.check("db"))
		next.fails(errDown)
		change, err := c.Prepare(t.Context(), []checks.Check{next.check("db")}, collector.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var r *collector.Result
		var all sync.WaitGroup
		all.Go(func() { r = runNow(t, c, "db") })
		time.Sleep(time.Second)
		change.Commit()
		all.Wait()
		wantResult(t, r, collector.StateFailed, "down")
		former.wantRuns(t, 1)
		next.wantRuns(t, 1)
	})
}

func TestRunNowOfACheckThatIsRemovedMeanwhileIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(3 * time.Second))
		c := newCollector(t, collector.Options{}, s.check("db"))
		var err error
		var all sync.WaitGroup
		all.Go(func() { _, err = c.RunNow(t.Context(), "db") })
		time.Sleep(time.Second)
		if err := c.Remove("db"); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		if !errors.Is(err, collector.ErrUnknownCheck) {
			t.Errorf("RunNow() = %v, want ErrUnknownCheck", err)
		}
	})
}

func TestRunNowRefusesWhatCannotBeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(3 * time.Second))
		base, end := context.WithCancel(t.Context())
		defer end()
		c := newCollector(t, collector.Options{BaseContext: base}, s.check("db"), backup(t, heartbeat.Check{MaxAge: time.Hour}))
		for name, want := range map[string]error{"dbx": collector.ErrUnknownCheck, "backup": collector.ErrNotRunnable} {
			if _, err := c.RunNow(t.Context(), name); !errors.Is(err, want) {
				t.Errorf("RunNow(%s) = %v, want %v", name, err, want)
			}
		}
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if _, err := c.RunNow(t.Context(), "db"); !errors.Is(err, collector.ErrEnded) {
					t.Errorf("RunNow() = %v, want ErrEnded", err)
				}
			})
			time.Sleep(time.Second)
			end() // While the first waits, before the second.
		}
		all.Wait()
	})
}

func TestRunNowWithoutACacheRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		check := s.check("db")
		check.SuccessTTL, check.FailedTTL = -1, -1
		c := newCollector(t, collector.Options{}, check)
		defer background(t, c)()
		before := s.runs.Load()
		runNow(t, c, "db")
		s.wantRuns(t, before+1)
	})
}
