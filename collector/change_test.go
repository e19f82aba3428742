package collector_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

var errTooManyFiles = syscall.EMFILE

func TestRule12ChangesAreLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		var logged syncBuffer
		c := newCollector(t, collector.Options{Logger: level.NewFilter(log.NewLogfmtLogger(&logged), level.AllowInfo())}, s.check("db"))
		report(t, c)
		s.fails(errDown)
		time.Sleep(27 * time.Second)
		for range 5 {
			report(t, c)
			time.Sleep(9 * time.Second)
		}
		s.passes()
		report(t, c)
		synctest.Wait()
		want := "level=warn msg=\"check failed\" check=db reason=error duration=0s optional=false err=down\n" +
			"level=info msg=\"check recovered\" check=db after=45s output=ok\n"
		if logged.String() != want {
			t.Errorf("log:\n%swant:\n%s", logged.String(), want)
		}
	})
}

func TestRule12HooksAreToldInOrderWithNoLockHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		var mu sync.Mutex
		var told []string
		var c *collector.Collector
		hook := func(old, now collector.Result) {
			if _, err := c.Report(context.Background(), collector.Filter{}); err != nil { // Would lock up if one were held.
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprint(now.Check, " ", old.State, " ", now.State))
			panic("a hook's own trouble")
		}
		c = newCollector(t, collector.Options{OnChange: hook}, s.check("db"))
		report(t, c)
		time.Sleep(27 * time.Second)
		s.fails(errDown)
		report(t, c)
		time.Sleep(9 * time.Second)
		s.passes()
		report(t, c)
		synctest.Wait()
		if got, want := strings.Join(told, ", "), "db passed failed, db failed passed"; got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}

func TestRule12AHookThatHangsMakesNoQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		release := make(chan struct{})
		var last collector.State
		c := newCollector(t, collector.Options{OnChange: func(_, now collector.Result) { <-release; last = now.State }}, s.check("db"))
		report(t, c)
		synctest.Wait()
		before := runtime.NumGoroutine()
		for i := range 21 {
			time.Sleep(27 * time.Second)
			s.passes()
			if i%2 == 0 {
				s.fails(errDown)
			}
			report(t, c)
		}
		synctest.Wait()
		if added := runtime.NumGoroutine() - before; added > 3 {
			t.Errorf("%d goroutines more after 20 changes, want none", added)
		}
		close(release)
		synctest.Wait()
		if last != collector.StateFailed {
			t.Errorf("told last: %s, want failed", last)
		}
	})
}

func TestRule14AScrapeIsNotHungByACheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var quick, slow subject
		slow.takes.Store(int64(4 * time.Second))
		c := newCollector(t, collector.Options{}, quick.check("quick"), slow.check("slow"))
		begin := time.Now()
		wantMetrics(t, c, `
			healthcheck_passed{check="quick"} 1
			! healthcheck_passed{check="slow"
			healthcheck_runs_total{check="slow",result="passed"} 0
			healthcheck_check_info{check="slow",optional="false",runbook="",severity="critical",tags="",type="func"} 1
			healthcheck_healthy 0
			healthcheck_cache_requests_total{outcome="miss"} 0
		`)
		if took := time.Since(begin); took != 500*time.Millisecond {
			t.Errorf("the scrape took %v, want 500ms", took)
		}
		time.Sleep(4 * time.Second)
		wantMetrics(t, c, `healthcheck_passed{check="slow"} 1`)
		slow.wantRuns(t, 1)
	})
}

func TestRule14WithoutAWaitAScrapePublishesWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Second))
		c := newCollector(t, collector.Options{CollectWait: -1}, s.check("db"))
		begin := time.Now()
		wantMetrics(t, c, `! healthcheck_passed`)
		if took := time.Since(begin); took != 0 {
			t.Errorf("the scrape took %v, want no time", took)
		}
		time.Sleep(time.Minute)
		s.wantRuns(t, 1)
		wantMetrics(t, c, `healthcheck_passed{check="db"} 1`) // Old, with its age.
		time.Sleep(time.Second)
		s.wantRuns(t, 2)
	})
}

func keyed(c checks.Check, fingerprint string) checks.Check {
	c.Fingerprint = fingerprint
	return c
}

func TestReplaceKeepsWhatIsUnchangedAndRunsWhatIsNewFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var same, changed, gone, fresh subject
		c := newCollector(t, collector.Options{},
			keyed(same.check("same"), "1"), keyed(changed.check("changed"), "1"), keyed(gone.check("gone"), "1"))
		before := report(t, c)
		fresh.takes.Store(int64(time.Second))
		time.Sleep(time.Second)

		next := keyed(same.check("same"), "1")
		next.Optional = true
		done := make(chan error, 1)
		go func() {
			done <- c.Replace(t.Context(), []checks.Check{next, keyed(changed.check("changed"), "2"), keyed(fresh.check("fresh"), "1")})
		}()
		synctest.Wait()
		if got := len(report(t, c).Results); got != 3 || report(t, c).Results[2].Check != "gone" {
			t.Error("the new set is seen before its new checks have run")
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		after := report(t, c)
		if got := after.Results[0]; !got.Time.Equal(before.Results[0].Time) || !got.Optional {
			t.Errorf("same: time %v, optional %v, want its old result with the new definition", got.Time, got.Optional)
		}
		same.wantRuns(t, 1)
		changed.wantRuns(t, 2)
		fresh.wantRuns(t, 1)
		wantMetrics(t, c, `
			! healthcheck_passed{check="gone"
			! healthcheck_runs_total{check="gone"
			healthcheck_runs_total{check="changed",result="passed"} 2
			healthcheck_passed{check="fresh"} 1
			healthcheck_check_info{check="same",optional="true",runbook="",severity="warning",tags="",type="func"} 1
		`)
	})
}

func TestReplaceKeepsTheThresholdStateAndTheStuckRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, release, s := deaf("deaf")
		check = keyed(check, "1")
		var flaky subject
		f := keyed(flaky.check("flaky"), "1")
		f.FailureThreshold = 2
		c := newCollector(t, collector.Options{}, check, f)
		report(t, c)
		time.Sleep(27 * time.Second)
		flaky.fails(errDown)
		report(t, c)
		if err := c.Replace(t.Context(), []checks.Check{check, f}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(9 * time.Second)
		wantResult(t, one(t, c, "flaky"), collector.StateFailed, "down") // The second in a row.
		time.Sleep(time.Minute)
		one(t, c, "deaf")
		s.wantRuns(t, 1)
		close(release)
		synctest.Wait()
		wantResult(t, one(t, c, "deaf"), collector.StatePassed, "late")
	})
}

func TestReplaceThatIsWrongOrInterruptedChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s, slow subject
		slow.takes.Store(int64(3 * time.Second))
		c := newCollector(t, collector.Options{}, s.check("db"))
		report(t, c)
		if err := c.Replace(t.Context(), []checks.Check{s.check("a"), s.check("a")}); err == nil {
			t.Error("a faulty set gave no error")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Replace(ctx, []checks.Check{slow.check("slow")}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that of the context", err)
		}
		if r := report(t, c); len(r.Results) != 1 || r.Results[0].Check != "db" {
			t.Errorf("results %v, want the old set", r.Results)
		}
		s.wantRuns(t, 1)
		time.Sleep(3 * time.Second)
		synctest.Wait()
	})
}

func TestAddAndRemoveWhileServing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		c := newCollector(t, collector.Options{}, a.check("a"))
		stop := background(t, c)
		defer stop()
		if err := c.Add(b.check("b"), b.check("a")); !errors.Is(err, collector.ErrNameTaken) {
			t.Errorf("Add() = %v, want ErrNameTaken", err)
		}
		b.wantRuns(t, 0)
		dependent := b.check("b")
		dependent.DependsOn = []string{"a"}
		if err := c.Add(dependent); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.wantRuns(t, 1)
		if err := c.Remove("a"); !errors.Is(err, collector.ErrInUse) || err.Error() != `check is in use: check "b" depends on "a"` {
			t.Errorf("Remove(a) = %v, want ErrInUse because b depends on it", err)
		}
		for _, step := range []struct {
			name string
			want error
		}{{"b", nil}, {"b", collector.ErrUnknownCheck}, {"a", nil}} {
			if err := c.Remove(step.name); !errors.Is(err, step.want) {
				t.Errorf("Remove(%s) = %v, want %v", step.name, err, step.want)
			}
		}
		wantMetrics(t, c, "! healthcheck_passed\n! healthcheck_runs_total\n! healthcheck_check_info")
		runs := a.runs.Load()
		time.Sleep(time.Minute)
		a.wantRuns(t, runs)
	})
}

func TestReaderOfACheckThatIsRemovedMeanwhileGetsTheNewSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow, other subject
		slow.takes.Store(int64(time.Second))
		c := newCollector(t, collector.Options{}, slow.check("slow"), other.check("other"))
		got := make(chan collector.Report, 1)
		go func() {
			r, _ := c.Report(context.Background(), collector.Filter{})
			got <- r
		}()
		synctest.Wait()
		if err := c.Remove("slow"); err != nil {
			t.Fatal(err)
		}
		if r := <-got; len(r.Results) != 1 || r.Results[0].Check != "other" {
			t.Errorf("results %v, want those of the new set", r.Results)
		}
	})
}

func TestReadyOnceEveryCheckHasAResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		b.takes.Store(int64(time.Second))
		b.fails(errDown)
		c := newCollector(t, collector.Options{}, a.check("a"), b.check("b"))
		stop := background(t, c)
		defer stop()
		if c.Ready() {
			t.Error("ready before the first result of b")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !c.Ready() {
			t.Error("not ready although all checks have run")
		}
	})
}

func TestObservedValuesAreThoseOfTheLastRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Func: func(ctx context.Context) (string, error) {
			checks.Observe(ctx, "connect_seconds", 0.25)
			if first {
				checks.Observe(ctx, "used_ratio", 0.5)
				first = false
			}
			return "ok", nil
		}})
		wantMetrics(t, c, `
			healthcheck_value{check="a",name="connect_seconds"} 0.25
			healthcheck_value{check="a",name="used_ratio"} 0.5
		`)
		time.Sleep(27 * time.Second)
		wantMetrics(t, c, `
			healthcheck_value{check="a",name="connect_seconds"} 0.25
			! healthcheck_value{check="a",name="used_ratio"
		`)
	})
}

func TestAWarningPassesAndDegrades(t *testing.T) {
	c := newCollector(t, collector.Options{}, checks.Check{Name: "disk", Func: func(context.Context) (string, error) {
		return "90% of 1GiB used", checks.Warnf("above 85%%")
	}})
	r := one(t, c, "disk")
	if !r.Passed || r.Output != "90% of 1GiB used" || r.Warning != "above 85%" {
		t.Errorf("passed %v, output %q, warning %q", r.Passed, r.Output, r.Warning)
	}
	wantMetrics(t, c, "healthcheck_warning{check=\"disk\"} 1\nhealthcheck_degraded 1\nhealthcheck_passed{check=\"disk\"} 1")
}

func TestFaultsOfTheOptionsAndOfTheChecksAreReportedAtOnce(t *testing.T) {
	var s subject
	_, err := collector.New(collector.Options{Timeout: -1}, checks.Check{Name: "a"}, s.check("b"), s.check("b"))
	const want = "timeout -1ns, want a positive duration\ncheck \"a\": has no function\ncheck \"b\": the name is taken"
	if err == nil || err.Error() != want {
		t.Errorf("New() = %v, want\n%s", err, want)
	}
}

func TestOptionsThatAreWrongAreErrors(t *testing.T) {
	_, err := collector.New(collector.Options{Timeout: -1, Concurrency: -1, Histogram: "round"})
	want := "timeout -1ns, want a positive duration\nconcurrency -1, want at least 1\nhistogram \"round\", want classic, native or nothing"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestReplaceKeepsAStuckRunWhoseDependenciesHaveChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		check, release, runs := deaf("deaf")
		check = keyed(check, "1")
		c := newCollector(t, collector.Options{}, keyed(s.check("db"), "1"), check)
		report(t, c)
		time.Sleep(time.Minute)
		report(t, c) // Now it is stuck.
		check.DependsOn = []string{"db"}
		for range 3 {
			if err := c.Replace(t.Context(), []checks.Check{keyed(s.check("db"), "1"), check}); err != nil {
				t.Fatal(err)
			}
			report(t, c)
		}
		runs.wantRuns(t, 1)
		close(release)
		synctest.Wait()
	})
}

func TestReplaceThatOverlapsTheStartOfTheBackgroundLeavesNoCheckBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var quick, slow subject
		slow.takes.Store(int64(2 * time.Second))
		c := newCollector(t, collector.Options{})
		done := make(chan error, 1)
		go func() { done <- c.Replace(t.Context(), []checks.Check{quick.check("quick"), slow.check("slow")}) }()
		time.Sleep(time.Second) // quick has run, slow has not.
		stop := background(t, c)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		stop()
		for name, s := range map[string]*subject{"quick": &quick, "slow": &slow} {
			if got := s.runs.Load(); got < 10 {
				t.Errorf("%s: %d runs in 5 minutes, want at least 10", name, got)
			}
		}
	})
}

func TestReplaceRunsEachNewCheckOnceAlsoWhenNothingIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, app subject
		d, a := db.check("db"), app.check("app")
		d.SuccessTTL, a.SuccessTTL = -1, -1
		a.DependsOn = []string{"db"}
		c := newCollector(t, collector.Options{})
		if err := c.Replace(t.Context(), []checks.Check{a, d}); err != nil {
			t.Fatal(err)
		}
		db.wantRuns(t, 1)
		app.wantRuns(t, 1)
	})
}

func TestReplaceWithAShorterLifeEndsALongOne(t *testing.T) {
	for _, inBackground := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var s subject
			check := keyed(s.check("db"), "1")
			check.SuccessTTL = time.Hour
			c := newCollector(t, collector.Options{}, check)
			report(t, c)
			if inBackground {
				defer background(t, c)()
			}
			time.Sleep(time.Second)
			runs := s.runs.Load()
			check.SuccessTTL = 10 * time.Second
			if err := c.Replace(t.Context(), []checks.Check{check}); err != nil {
				t.Fatal(err)
			}
			s.fails(errDown)
			if r := one(t, c, "db"); r.Expires.Sub(r.Time) != 10*time.Second || !r.Passed {
				t.Errorf("kept %v, passed %v, want 10s of the old result", r.Expires.Sub(r.Time), r.Passed)
			}
			s.wantRuns(t, runs)
			time.Sleep(9 * time.Second)
			synctest.Wait()
			wantResult(t, one(t, c, "db"), collector.StateFailed, "down")
			if inBackground {
				wantMetrics(t, c, `healthcheck_cache_requests_total{outcome="miss"} 1`)
			}
		})
	}
}
