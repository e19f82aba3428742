package collector_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Each test of this file failed on the engine before the slots.

func TestACheckThatSeveralDependenciesWakeAtOnceRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var app subject
		var deps [4]subject
		a := app.check("app")
		cs := make([]checks.Check, 0, 5)
		for i := range deps {
			dep := deps[i].check(fmt.Sprint("d", i))
			a.DependsOn = append(a.DependsOn, dep.Name)
			cs = append(cs, dep)
		}
		c := newCollector(t, collector.Options{}, append(cs, a)...)
		for round := range int64(3000) {
			for i := range deps {
				deps[i].fails(errDown)
			}
			report(t, c)
			for i := range deps {
				deps[i].passes()
			}
			time.Sleep(9 * time.Second)
			report(t, c)
			synctest.Wait()
			if got := app.runs.Load(); got != round+1 {
				t.Fatalf("round %d: %d runs, want %d", round, got, round+1)
			}
			time.Sleep(27 * time.Second)
		}
	})
}

// An alone counts how many calls of a deaf function are under way.
type alone struct {
	under, most, calls atomic.Int64
	release            chan struct{}
}

func (a *alone) run(context.Context) (string, error) {
	a.calls.Add(1)
	a.most.Store(max(a.most.Load(), a.under.Add(1)))
	defer a.under.Add(-1)
	<-a.release
	return "late", nil
}

func TestRule15ReplacingADeafCheckNeverCallsItAgainBeforeItReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &alone{release: make(chan struct{})}
		check := checks.Check{Name: "deaf", Func: a.run}
		c := newCollector(t, collector.Options{}, check)
		report(t, c) // Now it is deaf.
		for i := range 20 {
			check.Fingerprint = fmt.Sprint(i)
			begin := time.Now()
			if err := c.Replace(t.Context(), []checks.Check{check}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took != 0 {
				t.Fatalf("Replace() waited %v for a deaf check", took)
			}
			r := one(t, c, "deaf")
			if r.State != collector.StateFailed || r.Reason != checks.ReasonTimeout || !strings.HasSuffix(r.Output, "has not returned") {
				t.Fatalf("%s %s %q, want failed, timeout", r.State, r.Reason, r.Output)
			}
			wantMetrics(t, c, `healthcheck_run_stuck{check="deaf"} 1`)
			time.Sleep(time.Second)
		}
		wantMetrics(t, c, `healthcheck_runs_total{check="deaf",result="failed"} 1`)
		if got := a.under.Load(); got != 1 {
			t.Errorf("%d calls under way, want 1", got)
		}
		close(a.release)
		synctest.Wait()
		wantMetrics(t, c, `healthcheck_run_stuck{check="deaf"} 0`)
		wantResult(t, one(t, c, "deaf"), collector.StatePassed, "late")
	})
}

func TestRule15RemovingAndAddingADeafCheckNeverCallsItAgainBeforeItReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &alone{release: make(chan struct{})}
		check := checks.Check{Name: "deaf", Func: a.run}
		c := newCollector(t, collector.Options{}, check)
		for range 10 {
			report(t, c)
			if err := c.Remove("deaf"); err != nil {
				t.Fatal(err)
			}
			if err := c.Add(check); err != nil {
				t.Fatal(err)
			}
		}
		wantMetrics(t, c, `
			healthcheck_run_stuck{check="deaf"} 1
			healthcheck_runs_total{check="deaf",result="failed"} 0
		`)
		if got := a.calls.Load(); got != 1 {
			t.Errorf("%d calls, want 1", got)
		}
		close(a.release)
		synctest.Wait()
		wantResult(t, one(t, c, "deaf"), collector.StatePassed, "late")
		if err := c.Remove("deaf"); err != nil {
			t.Fatal(err)
		}
		if got := c.Slots(); got != 0 {
			t.Errorf("%d slots, want none without a check and a call", got)
		}
	})
}

func TestRule15ANewDefinitionWaitsForTheRunOfTheOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &alone{release: make(chan struct{})}
		check := checks.Check{Name: "slow", Func: a.run}
		c := newCollector(t, collector.Options{}, check)
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		go func() {
			time.Sleep(3 * time.Second)
			close(a.release)
		}()
		begin := time.Now()
		if err := c.Replace(t.Context(), []checks.Check{check}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 3*time.Second || a.calls.Load() != 2 || a.most.Load() != 1 {
			t.Errorf("%d calls, %d at a time, after %v, want 2, 1 and 3s", a.calls.Load(), a.most.Load(), took)
		}
	})
}

func TestRule15CommitCancelsTheRunsOfTheOldDefinition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var old, fresh subject
		old.takes.Store(int64(4 * time.Second))
		c := newCollector(t, collector.Options{}, old.check("gone"), fresh.check("db"))
		one(t, c, "gone")
		time.Sleep(27 * time.Second)
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		if err := c.Replace(t.Context(), []checks.Check{keyed(fresh.check("db"), "2")}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := c.Taken(); got != 0 {
			t.Errorf("%d places are taken, want none: the run was cancelled", got)
		}
	})
}

// On a busy machine a cancelled call needs a while to return. A new definition
// must not fail because of that.
func TestRule15ACancelledCallMayTakeAMomentToReturn(t *testing.T) {
	for after, state := range map[time.Duration]collector.State{
		time.Second - 1: collector.StatePassed,
		time.Second + 1: collector.StateFailed,
	} {
		synctest.Test(t, func(t *testing.T) {
			var fresh subject
			c := newCollector(t, collector.Options{}, checks.Check{Name: "db", Func: func(ctx context.Context) (string, error) {
				<-ctx.Done()
				time.Sleep(after)
				return "", ctx.Err()
			}})
			go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
			synctest.Wait()
			if err := errors.Join(c.Remove("db"), c.Add(fresh.check("db"))); err != nil {
				t.Fatal(err)
			}
			if got := one(t, c, "db"); got.State != state {
				t.Errorf("the call returned %v after its end: %s, %q, want %s", after, got.State, got.Output, state)
			}
			time.Sleep(time.Minute)
		})
	}
}

func TestRule02AFastCheckBesideTwelveSlowOnesRunsInOnePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cs []checks.Check
		for i := range 12 {
			slow := &subject{}
			slow.takes.Store(int64(4 * time.Second))
			cs = append(cs, slow.check(fmt.Sprint("slow", i)))
		}
		var fast subject
		c := newCollector(t, collector.Options{Concurrency: 1, SuccessTTL: time.Second, FailedTTL: time.Second}, append(cs, fast.check("fast"))...)
		stop := background(t, c)
		time.Sleep(time.Hour)
		if got := fast.runs.Load(); got < 70 { // A turn of all takes 48 seconds.
			t.Errorf("%d runs in an hour, want at least 70", got)
		}
		stop()
		time.Sleep(time.Minute)
	})
}

func TestRule02AHealthyCheckRunsBesideHundredsOfDeadOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cs []checks.Check
		for i := range 200 {
			dead := &subject{}
			dead.takes.Store(int64(time.Minute))
			cs = append(cs, dead.check(fmt.Sprint("dead", i)))
		}
		var healthy subject
		check := healthy.check("healthy")
		check.SuccessTTL = 5 * time.Second
		c := newCollector(t, collector.Options{}, append(cs, check)...)
		stop := background(t, c)
		time.Sleep(800 * 5 * time.Second)
		if got := healthy.runs.Load(); got < 780 {
			t.Errorf("%d runs in 800 times its TTL, want at least 780", got)
		}
		stop()
		time.Sleep(time.Minute)
	})
}

func TestRule02ACheckThatStarvesSaysSoAgainEachFailedTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hog := checks.Check{Name: "hog", Timeout: time.Hour, Func: func(context.Context) (string, error) { <-release; return "", nil }}
		var s subject
		c := newCollector(t, collector.Options{Concurrency: 1}, hog, s.check("starved"))
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		wantResult(t, one(t, c, "starved"), collector.StateFailed, "local: waited 10s for one of 1 places")
		for _, waited := range []string{"19s", "28s"} {
			time.Sleep(9 * time.Second)
			begin := time.Now()
			wantResult(t, one(t, c, "starved"), collector.StateFailed, "local: waited "+waited+" for one of 1 places")
			if took := time.Since(begin); took != 0 {
				t.Errorf("a reader waited %v", took)
			}
		}
		close(release)
		synctest.Wait()
		s.wantRuns(t, 1) // It has kept its turn.
	})
}

func TestRule05APassThatExpiredWhileTheReaderWaitedIsNotHandedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var quick, slow subject
		slow.takes.Store(int64(59 * time.Second))
		s := slow.check("slow")
		s.Timeout = time.Minute
		c := newCollector(t, collector.Options{SuccessTTL: time.Second}, quick.check("quick"), s)
		r := report(t, c)
		for _, result := range r.Results {
			limit := time.Second + 5*time.Second + 50*time.Millisecond
			if age := r.Time.Sub(result.Time); result.Check == "quick" && (!result.Passed || age > limit) {
				t.Errorf("%s: a pass of %v ago, want at most %v", result.Check, age, limit)
			}
		}
		quick.wantRuns(t, 2)
	})
}

func TestNothingIsPublishedAfterTheEndOfTheBaseContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow, other subject
		base, end := context.WithCancel(context.WithValue(t.Context(), keyOf("base"), "value"))
		var hooks atomic.Int64
		var inherited atomic.Value
		c := newCollector(t, collector.Options{BaseContext: base, OnChange: func(_, _ collector.Result) { hooks.Add(1) }},
			slow.check("slow"), other.check("other"), checks.Check{Name: "base", Func: func(ctx context.Context) (string, error) {
				inherited.Store(ctx.Value(keyOf("base")))
				return "", nil
			}})
		report(t, c)
		if got := inherited.Load(); got != "value" {
			t.Errorf("a run sees %v, want the value of BaseContext", got)
		}
		slow.takes.Store(int64(4 * time.Second))
		time.Sleep(27 * time.Second)
		done := make(chan error, 1)
		go func() {
			_, err := c.Report(context.Background(), collector.Filter{})
			done <- err
		}()
		synctest.Wait()
		end()
		if err := <-done; !errors.Is(err, collector.ErrEnded) {
			t.Errorf("Report() = %v, want ErrEnded instead of a check that was killed", err)
		}
		synctest.Wait()
		wantMetrics(t, c, `
			healthcheck_passed{check="slow"} 1
			healthcheck_runs_total{check="slow",result="failed"} 0
		`)
		if hooks.Load() != 0 {
			t.Errorf("%d hooks, want none", hooks.Load())
		}
		runs := other.runs.Load()
		time.Sleep(time.Minute)
		_, _ = c.Report(context.Background(), collector.Filter{})
		if err := c.Replace(context.Background(), []checks.Check{other.check("new")}); !errors.Is(err, collector.ErrEnded) {
			t.Errorf("Replace() = %v, want ErrEnded", err)
		}
		other.wantRuns(t, runs)
		if err := c.Wait(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

type keyOf string

// A listener records the calls of a hook, and fails the test if two overlap.
type listener struct {
	t     *testing.T
	takes time.Duration
	under atomic.Int32
	mu    sync.Mutex
	told  []string
}

func (l *listener) hook(old, now collector.Result) {
	if l.under.Add(1) > 1 {
		l.t.Error("two hooks of a name at once")
	}
	defer l.under.Add(-1)
	time.Sleep(l.takes)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, fmt.Sprint(old.State, " ", now.State, " ", now.Output))
}

func (l *listener) want(want ...string) {
	l.t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if got := strings.Join(l.told, ", "); got != strings.Join(want, ", ") {
		l.t.Errorf("told %s, want %s", got, strings.Join(want, ", "))
	}
}

func TestRule12HooksFollowANameAcrossReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var old, fresh subject
		l := &listener{t: t, takes: time.Minute}
		c := newCollector(t, collector.Options{OnChange: l.hook}, old.check("db"))
		old.fails(errors.New("old"))
		report(t, c)
		synctest.Wait() // The hook is called, and takes its time.
		if err := c.Replace(t.Context(), []checks.Check{fresh.check("db")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		l.want("unknown failed old", "failed passed ok")
	})
}

func TestRule12TheEndOfAnOldDefinitionIsNotTheLastWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var host, db, bad, good subject
		l := &listener{t: t}
		ofDB := func(old, now collector.Result) {
			if now.Check == "db" {
				l.hook(old, now)
			}
		}
		old := []checks.Check{host.check("host"), withDeps(db.check("db"), "host")}
		old[0].SuccessTTL, old[0].FailedTTL = time.Second, time.Second
		c := newCollector(t, collector.Options{OnChange: ofDB, StartupWait: -1}, old...)
		report(t, c)
		time.Sleep(time.Second)
		host.fails(errDown)
		one(t, c, "host") // Host has failed, db not yet.
		bad.fails(errors.New("no route"))
		ch, err := c.Prepare(t.Context(), []checks.Check{good.check("host"), bad.check("db")}, collector.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(27 * time.Second)
		host.takes.Store(int64(time.Second))
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait() // Db waits for host.
		ch.Commit()
		l.want("passed failed no route")
		if got := c.Transitions("db"); len(got) != 2 {
			t.Errorf("%d transitions, want 2: %v", len(got), got)
		}
	})
}

func TestRule12AnAbortedReplaceTellsAndCountsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s, bad, slow subject
		bad.fails(errDown)
		slow.takes.Store(int64(4 * time.Second))
		l := &listener{t: t}
		c := newCollector(t, collector.Options{OnChange: l.hook, Histogram: collector.HistogramClassic}, s.check("db"))
		report(t, c)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Replace(ctx, []checks.Check{bad.check("db"), bad.check("new"), slow.check("slow")}); err == nil {
			t.Error("Replace() = nil, want the error of its context")
		}
		time.Sleep(10 * time.Second)
		l.want()
		wantMetrics(t, c, `
			healthcheck_runs_total{check="db",result="failed"} 0
			healthcheck_run_duration_seconds_count{check="db"} 1
			! healthcheck_run_duration_seconds_count{check="new"
		`)
		if n := testutil.CollectAndCount(c, "healthcheck_run_duration_seconds"); n != 1 {
			t.Errorf("%d histograms, want that of db alone", n)
		}
		if got := c.Slots(); got != 1 {
			t.Errorf("%d slots, want 1", got)
		}
	})
}

func TestRule12NothingIsToldOfACheckAfterItsRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		l := &listener{t: t, takes: time.Minute}
		c := newCollector(t, collector.Options{OnChange: l.hook}, s.check("db"))
		s.fails(errDown)
		report(t, c) // The hook is called.
		s.passes()
		time.Sleep(9 * time.Second)
		report(t, c) // A change that waits for it.
		if err := c.Remove("db"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		l.want("unknown failed down")
		if got := c.Slots(); got != 0 {
			t.Errorf("%d slots, want none", got)
		}
	})
}

func TestRule06MaxWaitDoesNotBeginAnewWhenChecksAreAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow, other subject
		slow.takes.Store(int64(4 * time.Second))
		check := slow.check("slow")
		check.SuccessTTL = -1
		c := newCollector(t, collector.Options{MaxWait: time.Second, StartupWait: -1}, check)
		go func() {
			for i := range 10 {
				time.Sleep(500 * time.Millisecond)
				if err := c.Add(other.check(fmt.Sprint("c", i))); err != nil {
					t.Error(err)
				}
			}
		}()
		begin := time.Now()
		report(t, c)
		if took := time.Since(begin); took != time.Second {
			t.Errorf("answered after %v, want MaxWait", took)
		}
		time.Sleep(10 * time.Second)
	})
}

func TestRule06AFailureThatIsNotKeptIsRenewedInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		check := s.check("db")
		check.FailedTTL = -1
		c := newCollector(t, collector.Options{}, check)
		s.fails(errDown)
		stop := background(t, c)
		time.Sleep(time.Minute)
		if got := s.runs.Load(); got < 50 || got > 61 {
			t.Errorf("%d runs in a minute, want about one a second", got)
		}
		s.passes()
		time.Sleep(2 * time.Second)
		wantMetrics(t, c, `healthcheck_passed{check="db"} 1`)
		runs := s.runs.Load()
		time.Sleep(10 * time.Minute)
		if got := s.runs.Load() - runs; got < 20 || got > 30 {
			t.Errorf("%d runs in ten minutes of passing, want about 23", got)
		}
		stop()
	})
}

func TestRule05TheLongestDurationsDoNotOverflow(t *testing.T) {
	for _, inBackground := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var s, app subject
			check, dependent := s.check("db"), app.check("app")
			check.SuccessTTL, check.FailedTTL, check.Timeout = math.MaxInt64, math.MaxInt64, math.MaxInt64
			dependent.DependsOn = []string{"db"}
			s.takes.Store(int64(time.Second))
			c := newCollector(t, collector.Options{SuccessTTL: math.MaxInt64, MaxWait: math.MaxInt64, StartupWait: math.MaxInt64}, check, dependent)
			if inBackground {
				defer background(t, c)()
			}
			for range 3 {
				for _, r := range report(t, c).Results {
					wantResult(t, r, collector.StatePassed, "ok")
					if !r.Expires.After(r.Time.Add(100 * 365 * 24 * time.Hour)) {
						t.Errorf("expires %v, want centuries later", r.Expires)
					}
				}
				time.Sleep(time.Hour)
			}
			s.wantRuns(t, 1)
		})
	}
}

func TestRule08AReloadThatReversesDependenciesDuringTheStartMakesNobodyWait(t *testing.T) {
	for range 200 { // Which comes first is left to chance, for each pair.
		synctest.Test(t, func(t *testing.T) {
			var s subject
			var before, after []checks.Check
			for i := range 100 {
				a, b := keyed(s.check(fmt.Sprint("a", i)), "1"), keyed(s.check(fmt.Sprint("b", i)), "1")
				after = append(after, a, withDeps(b, a.Name))
				before = append(before, withDeps(a, b.Name), b)
			}
			c := newCollector(t, collector.Options{MaxWait: time.Second}, before...)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { _ = c.Run(ctx) }()
			if err := c.Replace(t.Context(), after); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
			if r := report(t, c); r.Status != collector.StatusPassed {
				t.Errorf("status %s 10s after the start, want passed", r.Status)
			}
			cancel()
			time.Sleep(2 * time.Minute)
		})
	}
}

func TestRule08ARunThatWaitsFollowsTheDependenciesOfTheNewSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fast, slow subject
		fast.takes.Store(int64(time.Second))
		slow.takes.Store(int64(4 * time.Second))
		begin := time.Now()
		var called []time.Duration
		app := keyed(checks.Check{Name: "app", Func: func(context.Context) (string, error) {
			called = append(called, time.Since(begin))
			return "", nil
		}}, "1")
		set := []checks.Check{keyed(fast.check("fast"), "1"), keyed(slow.check("slow"), "1")}
		c := newCollector(t, collector.Options{}, append(set, withDeps(app, "fast"))...)
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		if err := c.Replace(t.Context(), append(set, withDeps(app, "slow"))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(called) != 1 || called[0] != 4*time.Second {
			t.Errorf("called after %v, want 4s: once its only dependency has passed", called)
		}
	})
}

func TestRule08ADependencyThatPassesAgainRunsOnlyWhatWasSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, app subject
		kept := withDeps(app.check("app"), "db")
		kept.SuccessTTL = time.Hour
		c := newCollector(t, collector.Options{}, db.check("db"), kept)
		one(t, c, "app")
		db.fails(errDown)
		if _, err := c.RunNow(t.Context(), "db"); err != nil {
			t.Fatal(err)
		}
		db.passes()
		time.Sleep(9 * time.Second)
		one(t, c, "db")
		synctest.Wait()
		app.wantRuns(t, 1)
	})
}

func withDeps(c checks.Check, deps ...string) checks.Check {
	c.DependsOn = deps
	return c
}

func TestAPauseOfTheWholeProcessIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{})
		stand := c.SetBothClocks()
		stop := background(t, c)
		defer stop()
		time.Sleep(10 * time.Second)
		stand(time.Minute)
		if c.Stalled(30 * time.Second) {
			t.Error("stalled right after a pause of a minute")
		}
	})
}

func TestASchedulerThatStandsStillIsStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{})
		stop := background(t, c)
		defer stop()
		release := c.HoldScheduler()
		time.Sleep(30 * time.Second)
		if c.Stalled(30 * time.Second) {
			t.Error("stalled after 30s, want more than that")
		}
		time.Sleep(2 * time.Second)
		if !c.Stalled(30 * time.Second) {
			t.Error("not stalled after 32s")
		}
		release()
		time.Sleep(6 * time.Second)
		if c.Stalled(6 * time.Second) {
			t.Error("still stalled although the scheduler moves again")
		}
	})
}

func TestRule12ALoggerThatBlocksHoldsUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stuck, let, _ := deaf("deaf")
		var s subject
		c := newCollector(t, collector.Options{MaxWait: time.Second, Logger: log.LoggerFunc(func(...any) error { <-release; return nil })},
			s.check("db"), stuck, withDeps(s.check("skipped"), "deaf"))
		stop := background(t, c)
		time.Sleep(10 * time.Second) // The start is over.
		for range 600 {
			time.Sleep(time.Second)
			if begin := time.Now(); report(t, c).Results[0].State != collector.StatePassed || time.Since(begin) != 0 {
				t.Fatalf("a reader waited %v", time.Since(begin))
			}
		}
		if c.Stalled(10*time.Second) || s.runs.Load() < 22 {
			t.Errorf("stalled %v, %d runs in ten minutes", c.Stalled(10*time.Second), s.runs.Load())
		}
		close(release)
		close(let)
		stop()
	})
}

func TestALoggerThatPanicsKillsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.fails(errDown)
		c := newCollector(t, collector.Options{
			Logger:   log.LoggerFunc(func(...any) error { panic("logger") }),
			OnChange: func(_, _ collector.Result) { panic("hook") },
		}, s.check("db"), checks.Check{Name: "boom", Func: func(context.Context) (string, error) { panic("boom") }})
		c.SetText(func(string) string { panic("scrub") })
		report(t, c)
		synctest.Wait()
	})
}

func TestAddDoesNotWaitBehindReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow, other subject
		slow.takes.Store(int64(2 * time.Second))
		c := newCollector(t, collector.Options{})
		done := make(chan error, 1)
		go func() { done <- c.Replace(t.Context(), []checks.Check{slow.check("slow")}) }()
		synctest.Wait()
		begin := time.Now()
		if err := c.Add(other.check("other")); err != nil {
			t.Fatal(err)
		}
		if err := c.Remove("other"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("Add() and Remove() waited %v", took)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}
