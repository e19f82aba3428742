package collector_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestRule06TheBackgroundRenewsInTheLastTenthOfALife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var starts []time.Time
		c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Func: func(context.Context) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			starts = append(starts, time.Now())
			return "ok", nil
		}})
		stop := background(t, c)
		time.Sleep(10 * time.Minute)
		stop()
		mu.Lock()
		defer mu.Unlock()
		for i := 2; i < len(starts); i++ { // The second is anywhere in the first life.
			gap := starts[i].Sub(starts[i-1])
			if gap < 24300*time.Millisecond || gap >= 27*time.Second {
				t.Errorf("run %d came %v after the one before, want 24.3s to 27s", i, gap)
			}
		}
		if len(starts) < 22 || len(starts) > 26 {
			t.Errorf("%d runs in 10 minutes, want about 23", len(starts))
		}
	})
}

func TestRule06InTheBackgroundNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{MaxWait: time.Second}, s.check("db"))
		stop := background(t, c)
		defer stop()
		s.takes.Store(int64(4 * time.Second))
		for range 6000 {
			begin := time.Now()
			wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
			if took := time.Since(begin); took != 0 {
				t.Fatalf("a reader waited %v", took)
			}
			time.Sleep(50 * time.Millisecond)
		}
		wantMetrics(t, c, `
			healthcheck_cache_requests_total{outcome="miss"} 0
			healthcheck_cache_requests_total{outcome="coalesced"} 0
		`)
	})
}

func TestRule06AHungRefreshIsAnsweredFromMemoryUntilItIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, s := make(chan struct{}), &subject{}
		c := newCollector(t, collector.Options{MaxWait: time.Second}, checks.Check{Name: "a", Func: func(context.Context) (string, error) {
			if s.runs.Add(1) > 1 {
				<-release
			}
			return "ok", nil
		}})
		stop := background(t, c)
		defer stop()
		began := time.Now()
		passes := time.Duration(0)
		for range 700 {
			if one(t, c, "a").Passed {
				passes = time.Since(began)
			}
			time.Sleep(50 * time.Millisecond)
		}
		if limit := 27*time.Second + 5*time.Second + 50*time.Millisecond; passes > limit {
			t.Errorf("a pass was shown for %v, want no longer than %v", passes, limit)
		}
		close(release)
		synctest.Wait()
	})
}

func TestRule06WhatIsNotThereInTimeIsUnknownAndNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(3 * time.Second))
		c := newCollector(t, collector.Options{MaxWait: time.Second, StartupWait: -1}, s.check("db"))
		begin := time.Now()
		r := one(t, c, "db")
		wantResult(t, r, collector.StateUnknown, "not checked yet")
		if took := time.Since(begin); took != time.Second {
			t.Errorf("waited %v, want max_wait", took)
		}
		if r.Passed || r.Reason != checks.ReasonInternal {
			t.Errorf("passed %v, reason %s, want false and internal", r.Passed, r.Reason)
		}
		wantMetrics(t, c, `
			! healthcheck_passed
			! healthcheck_state
			healthcheck_healthy 0
		`)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
		time.Sleep(40500 * time.Millisecond)
		wantResult(t, one(t, c, "db"), collector.StateUnknown, "result of 42s ago expired, run not finished")
		s.wantRuns(t, 2)
		time.Sleep(3 * time.Second)
	})
}

func TestRule06AnUnknownResultKeepsTheTimesOfTheLastResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Second))
		c := newCollector(t, collector.Options{MaxWait: 2 * time.Second}, s.check("db"))
		since := one(t, c, "db").Since
		time.Sleep(27 * time.Second)
		last := one(t, c, "db")
		if last.State != collector.StatePassed || !last.Time.After(since) {
			t.Fatalf("%s at %v, want a second pass", last.State, last.Time)
		}
		time.Sleep(27 * time.Second)
		s.takes.Store(int64(4 * time.Second))
		r := one(t, c, "db")
		wantResult(t, r, collector.StateUnknown, "result of 29s ago expired, run not finished")
		if !r.Time.Equal(last.Time) || !r.Expires.Equal(last.Expires) || r.Duration != time.Second {
			t.Errorf("time %v, expires %v, duration %v, want %v, %v and 1s", r.Time, r.Expires, r.Duration, last.Time, last.Expires)
		}
		if !r.Since.Equal(since) || !r.LastSuccess.Equal(last.Time) {
			t.Errorf("since %v, last success %v, want %v and %v", r.Since, r.LastSuccess, since, last.Time)
		}
		time.Sleep(4 * time.Second)
	})
}

func TestRule06ThousandsOfChecksAreSpreadAndWakeTheSchedulerTwentyTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2000
		var mu sync.Mutex
		moments := map[time.Time]int{}
		var cs []checks.Check
		for i := range n {
			cs = append(cs, checks.Check{Name: fmt.Sprint("c", i), SuccessTTL: 10 * time.Second, Func: func(context.Context) (string, error) {
				mu.Lock()
				defer mu.Unlock()
				moments[time.Now()]++
				return "ok", nil
			}})
		}
		c := newCollector(t, collector.Options{}, cs...)
		stop := background(t, c)
		time.Sleep(time.Minute)
		mu.Lock()
		clear(moments)
		mu.Unlock()
		begin := time.Now()
		time.Sleep(time.Minute)
		stop()
		mu.Lock()
		defer mu.Unlock()
		total, seconds := 0, map[int]int{}
		for at, k := range moments {
			total += k
			seconds[int(at.Sub(begin)/time.Second)] += k
		}
		if len(moments) > 60*20+1 {
			t.Errorf("runs started at %d different moments in a minute, want at most 1200", len(moments))
		}
		most := 0
		for _, k := range seconds {
			most = max(most, k)
		}
		if mean := total / 60; most > 2*mean {
			t.Errorf("the fullest second has %d runs, want at most twice the mean %d", most, mean)
		}
		if total < 6*n || total > 6*n*100/85 {
			t.Errorf("%d runs in a minute, want 6 to 6.7 for each of %d checks", total, n)
		}
	})
}

func TestRule06ShortLivesAreRenewedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		check := s.check("quick")
		check.SuccessTTL = 100 * time.Millisecond
		c := newCollector(t, collector.Options{}, check)
		stop := background(t, c)
		time.Sleep(10 * time.Second)
		stop()
		if got := s.runs.Load(); got < 60 || got > 112 {
			t.Errorf("%d runs in 10s, want 60 to 112", got)
		}
	})
}

func TestRule06WhenTheBackgroundEndsTheCollectorIsLazyAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		stop := background(t, c)
		time.Sleep(time.Minute)
		if err := c.Run(t.Context()); err == nil {
			t.Error("a second Run() gave no error")
		}
		stop()
		runs := s.runs.Load()
		time.Sleep(time.Hour)
		s.wantRuns(t, runs)
		report(t, c)
		s.wantRuns(t, runs+1)
	})
}

func TestRule06AnExpiredResultWithoutARefreshIsNeverHandedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hog := checks.Check{Name: "hog", Timeout: time.Minute, Func: func(context.Context) (string, error) { <-release; return "", nil }}
		var s subject
		c := newCollector(t, collector.Options{MaxWait: time.Second, Concurrency: 1}, s.check("db"))
		stop := background(t, c)
		defer stop()
		report(t, c)
		if err := c.Add(hog); err != nil { // It takes the only place: the refresh of db waits.
			t.Fatal(err)
		}
		time.Sleep(27 * time.Second)
		if r := one(t, c, "db"); r.State != collector.StateUnknown {
			t.Errorf("state %s (%s), want unknown", r.State, r.Output)
		}
		close(release)
		synctest.Wait()
		wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
	})
}

func TestTheSchedulerTellsWhenItHasStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{})
		if c.Stalled(time.Second) {
			t.Error("stalled without Run")
		}
		stop := background(t, c)
		defer stop()
		for range 100 {
			time.Sleep(time.Second)
			if c.Stalled(6 * time.Second) {
				t.Fatal("stalled while idle")
			}
		}
	})
}
