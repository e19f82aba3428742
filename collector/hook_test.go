package collector_test

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestRule12AHookThatHangsKeepsNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		release := make(chan struct{})
		c := newCollector(t, collector.Options{Concurrency: 1, OnChange: func(_, _ collector.Result) { <-release }}, a.check("a"), b.check("b"))
		for _, r := range report(t, c).Results {
			wantResult(t, r, collector.StatePassed, "ok")
		}
		time.Sleep(27 * time.Second)
		begin := time.Now()
		report(t, c)
		if took := time.Since(begin); took != 0 {
			t.Errorf("a reader waited %v for a hook", took)
		}
		b.wantRuns(t, 2)
		close(release)
	})
}

func TestRule12AHookThatHangsHoldsUpNeitherReadersNorTheScheduler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var redis, app, other subject
		dependent := app.check("app")
		dependent.DependsOn = []string{"redis"}
		release := make(chan struct{})
		stuck := checks.Check{Name: "stuck", FailureThreshold: 3, Func: func(context.Context) (string, error) {
			if redis.err.Load() != nil {
				<-release
			}
			return "ok", nil
		}}
		c := newCollector(t, collector.Options{MaxWait: time.Second, OnChange: func(old, _ collector.Result) {
			if old.State != collector.StateUnknown {
				<-release
			}
		}}, redis.check("redis"), dependent, stuck, other.check("other"))
		stop := background(t, c)
		redis.fails(errDown)
		for range 600 {
			begin := time.Now()
			report(t, c)
			if took := time.Since(begin); took != 0 {
				t.Fatalf("a reader waited %v", took)
			}
			time.Sleep(time.Second)
		}
		if c.Stalled(10 * time.Second) {
			t.Error("the scheduler waits for a hook")
		}
		if got := other.runs.Load(); got < 22 {
			t.Errorf("%d runs of another check in 10 minutes, want at least 22", got)
		}
		close(release)
		stop()
	})
}

func TestRule12AHookThatEndsItsGoroutineIsCalledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		var told []collector.State
		c := newCollector(t, collector.Options{OnChange: func(_, now collector.Result) {
			told = append(told, now.State)
			runtime.Goexit()
		}}, s.check("db"))
		report(t, c)
		s.fails(errDown)
		time.Sleep(27 * time.Second)
		report(t, c)
		s.passes()
		time.Sleep(9 * time.Second)
		report(t, c)
		synctest.Wait()
		if want := []collector.State{collector.StateFailed, collector.StatePassed}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}

func TestRule12ChangesDuringASlowHookAreMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var redis, app subject
		dependent := app.check("app")
		dependent.DependsOn = []string{"redis"}
		var told []string
		release := make(chan struct{})
		c := newCollector(t, collector.Options{OnChange: func(old, now collector.Result) {
			if now.Check == "app" {
				told = append(told, string(old.State+" "+now.State))
				<-release
			}
		}}, redis.check("redis"), dependent)
		app.fails(errDown)
		report(t, c)
		next := func(app collector.State) {
			t.Helper()
			time.Sleep(27 * time.Second)
			if got := report(t, c).Results[1].State; got != app {
				t.Errorf("app is %s, want %s", got, app)
			}
		}
		redis.fails(errDown)
		next(collector.StateSkipped)
		redis.passes()
		app.passes()
		next(collector.StatePassed)
		release <- struct{}{}
		synctest.Wait()
		want := []string{"unknown failed", "failed passed"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q: the skip in between is over", told, want)
		}
		app.fails(errDown)
		next(collector.StateFailed)
		app.passes()
		next(collector.StatePassed)
		close(release)
		synctest.Wait()
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q: the state is again the last one that was told", told, want)
		}
	})
}

func TestRule12ChangesOfTheStatusDuringASlowHookAreMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		var told []string
		release := make(chan struct{})
		c := newCollector(t, collector.Options{OnStatus: func(old, now collector.Status) {
			told = append(told, string(old+" "+now))
			<-release
		}}, s.check("db"))
		report(t, c)
		next := func(err error) {
			t.Helper()
			time.Sleep(27 * time.Second)
			s.passes()
			if err != nil {
				s.fails(err)
			}
			report(t, c)
			synctest.Wait()
		}
		next(errDown)
		next(checks.Warnf("slow"))
		if want := []string{" passed"}; !slices.Equal(told, want) {
			t.Errorf("told %q before the hook returned, want %q", told, want)
		}
		release <- struct{}{}
		synctest.Wait()
		want := []string{" passed", "passed degraded"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		next(errDown)
		next(checks.Warnf("slow"))
		close(release)
		synctest.Wait()
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q: the status is again the last one that was told", told, want)
		}
	})
}

func TestRule12AnOutageIsNeverNegativeWhenTheClockWasSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		var logged syncBuffer
		s.fails(errDown)
		c := newCollector(t, collector.Options{Logger: log.NewLogfmtLogger(&logged)}, s.check("db"))
		jump := c.SetWallClock()
		report(t, c)
		s.passes()
		time.Sleep(9 * time.Second)
		jump(-2 * time.Hour)
		report(t, c)
		synctest.Wait()
		wantLine(t, logged.String(), `level=info msg="check recovered" check=db after=9s output=ok`)
	})
}

func TestARemovedCheckThatWaitsForAPlaceIsNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		release := make(chan struct{})
		hog := checks.Check{Name: "hog", Timeout: time.Minute, Func: func(context.Context) (string, error) { <-release; return "", nil }}
		c := newCollector(t, collector.Options{Concurrency: 1}, hog, s.check("db"))
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		if err := c.Remove("db"); err != nil {
			t.Fatal(err)
		}
		if got := c.Queued(); got != 0 {
			t.Errorf("%d runs wait, want none", got)
		}
		close(release)
		synctest.Wait()
		s.wantRuns(t, 0)
	})
}
