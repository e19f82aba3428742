package collector_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// restart returns a collector that has what c knew, that long later.
func restart(t *testing.T, c *collector.Collector, o collector.Options, down time.Duration, cs ...checks.Check) *collector.Collector {
	t.Helper()
	saved := c.State()
	time.Sleep(down)
	for i := range saved.Results {
		saved.Results[i].Age += down
	}
	o.Restore = &saved
	return newCollector(t, o, cs...)
}

func TestRule16ARestartIsNotSeenWhileFirstRunsAreUnderWay(t *testing.T) {
	for _, inBackground := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var s subject
			check := keyed(s.check("db"), "1")
			options := collector.Options{MaxWait: time.Second, StartupWait: -1}
			before := newCollector(t, options, check)
			was := one(t, before, "db")
			s.takes.Store(int64(4 * time.Second))
			c := restart(t, before, options, 20*time.Second, check)
			if inBackground {
				stop := background(t, c)
				defer stop()
				s.wantRuns(t, 2) // At once, although the result is fresh.
			}
			r := one(t, c, "db")
			wantResult(t, r, collector.StatePassed, "ok")
			if !r.Time.Equal(was.Time) || !r.Since.Equal(was.Since) || r.Expires.Sub(r.Time) != 27*time.Second {
				t.Errorf("time %v, since %v, expires %v, want the previous ones", r.Time, r.Since, r.Expires)
			}
			wantMetrics(t, c, `healthcheck_runs_total{check="db",result="passed"} 0`)
			if !inBackground {
				time.Sleep(8 * time.Second) // Now it has expired: the run begins, and the old result serves.
				wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
				synctest.Wait()
				s.wantRuns(t, 2)
			}
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if r := one(t, c, "db"); !r.Time.After(was.Time) {
				t.Error("the first run has not taken the place of what was restored")
			}
			time.Sleep(5 * time.Second)
		})
	}
}

func TestRule16WhatIsTooOldOrOfAnotherDefinitionIsNotRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		before := newCollector(t, collector.Options{}, keyed(s.check("old"), "1"), keyed(s.check("changed"), "1"), s.check("plain"))
		report(t, before)
		s.takes.Store(int64(time.Second))
		c := restart(t, before, collector.Options{MaxWait: -1}, 33*time.Second, // TTL, timeout and a second
			keyed(s.check("old"), "1"), keyed(s.check("changed"), "2"), s.check("plain"))
		for _, r := range report(t, c).Results {
			if r.State != collector.StateUnknown {
				t.Errorf("%s: %s %s, want unknown", r.Check, r.State, r.Output)
			}
		}
		time.Sleep(2 * time.Second)
	})
}

func TestRule16OnlyKeptResultsAreRestored(t *testing.T) {
	for name, r := range map[string]collector.SavedResult{
		"not kept": {Check: "db", Fingerprint: "1", State: collector.StatePassed, Passed: true},
		"unknown":  {Check: "db", Fingerprint: "1", State: collector.StateUnknown, TTL: time.Hour},
		"gone":     {Check: "gone", Fingerprint: "1", State: collector.StatePassed, Passed: true, TTL: time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			var s subject
			r.Time = time.Now()
			c := newCollector(t, collector.Options{Restore: &collector.Saved{Results: []collector.SavedResult{r}}}, keyed(s.check("db"), "1"))
			report(t, c)
			if s.runs.Load() != 1 {
				t.Errorf("%s: %d runs, want the first one", name, s.runs.Load())
			}
		})
	}
}

func TestRule16TheLargerAgeCounts(t *testing.T) {
	for _, age := range []func(*collector.SavedResult){
		func(r *collector.SavedResult) { r.Age += time.Hour },
		func(r *collector.SavedResult) { r.Time = r.Time.Add(-time.Hour) },
	} {
		synctest.Test(t, func(t *testing.T) {
			var s subject
			check := keyed(s.check("db"), "1")
			before := newCollector(t, collector.Options{}, check)
			report(t, before)
			saved := before.State()
			age(&saved.Results[0])
			s.takes.Store(int64(time.Second))
			c := newCollector(t, collector.Options{Restore: &saved, MaxWait: -1}, check)
			if r := one(t, c, "db"); r.State != collector.StateUnknown {
				t.Errorf("%s %s, want unknown", r.State, r.Output)
			}
			time.Sleep(2 * time.Second)
		})
	}
}

func TestRule16ThresholdsAndTransitionsGoOnAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.fails(fmt.Errorf("down %s", strings.Repeat("x", 500)))
		check := keyed(s.check("db"), "1")
		l := &listener{t: t}
		c := newCollector(t, collector.Options{}, check)
		report(t, c)
		c = restart(t, c, collector.Options{OnChange: l.hook}, time.Second, check)
		s.passes()
		time.Sleep(9 * time.Second)
		report(t, c) // The first run begins.
		synctest.Wait()
		wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
		l.want("failed passed ok")
		got := c.Transitions("db")
		if len(got) != 2 || got[0].State != collector.StateFailed || got[1].State != collector.StatePassed ||
			got[0].Reason != checks.ReasonError || len(got[0].Output) > 240 {
			t.Errorf("transitions %+v, want failed and passed, with short texts", got)
		}
		if c.Transitions("x") != nil {
			t.Error("an unknown check has transitions")
		}
	})
}

func TestTheLastSixteenTransitionsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{SuccessTTL: -1, FailedTTL: -1}, s.check("db"))
		for i := range 20 {
			s.passes()
			if i%2 == 1 {
				s.fails(errDown)
			}
			report(t, c)
			time.Sleep(time.Second)
		}
		got := c.Transitions("db")
		if len(got) != 16 || got[15].State != collector.StateFailed || got[0].State != collector.StatePassed {
			t.Errorf("%d transitions, %v", len(got), got)
		}
		if got[15].Time.Sub(got[0].Time) != 15*time.Second {
			t.Errorf("they are of %v, want the last 15s", got[15].Time.Sub(got[0].Time))
		}
	})
}

func TestRule16DrainAndMutesSurviveAndEndOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.fails(errDown)
		c := newCollector(t, collector.Options{}, s.check("db"))
		c.Drain(errDown) // Of the program: not kept.
		if err := c.SetDrain(&collector.Drain{Reason: "deploy", By: "alice", Until: time.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		mute(t, c, "db", muteFor(2*time.Minute))
		c = restart(t, c, collector.Options{}, 30*time.Second, s.check("db"))
		r := report(t, c)
		if r.Draining != "deploy" || r.DrainingBy != "alice" || r.Results[0].Muted == nil || r.Results[0].Muted.By != "alice" {
			t.Errorf("draining %q by %q, muted %v", r.Draining, r.DrainingBy, r.Results[0].Muted)
		}
		time.Sleep(30 * time.Second)
		if r := report(t, c); r.Draining != "" || r.Status != collector.StatusDegraded {
			t.Errorf("draining %q, status %s after the end of the drain, want degraded", r.Draining, r.Status)
		}
		c = restart(t, c, collector.Options{}, 2*time.Minute, s.check("db"))
		if r := report(t, c); r.Status != collector.StatusFailed || r.Results[0].Muted != nil {
			t.Errorf("status %s, muted %v after the end of the mute", r.Status, r.Results[0].Muted)
		}
	})
}

func TestChangedHasOneValueForSeveralChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("a"), s.check("b"))
		drained := func() bool {
			select {
			case <-c.Changed():
				return true
			default:
				return false
			}
		}
		for drained() {
		}
		report(t, c)
		synctest.Wait()
		if !drained() || drained() {
			t.Error("want one value for two results")
		}
		report(t, c)
		if drained() {
			t.Error("reading is a change")
		}
	})
}

func TestRule16BeatsSurvive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check := backup(t, heartbeat.Check{MaxAge: time.Hour})
		c := newCollector(t, collector.Options{}, check)
		beat(t, c, checks.Beat{})
		c = restart(t, c, collector.Options{}, 30*time.Minute, check)
		wantResult(t, one(t, c, "backup"), collector.StatePassed, "last success at 2000-01-01T00:00:00Z")
		time.Sleep(30 * time.Minute)
		wantResult(t, one(t, c, "backup"), collector.StateFailed, "last success at 2000-01-01T00:00:00Z, want one at least every 1h")
	})
}

func TestTheLastRunsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Second))
		c := newCollector(t, collector.Options{SuccessTTL: -1, FailedTTL: -1}, s.check("db"))
		for i := range 200 {
			s.passes()
			if i == 199 {
				s.fails(errDown)
			}
			report(t, c)
		}
		got := c.Runs("db")
		if len(got) != 128 || got[127].Reason != checks.ReasonError || got[126].Reason != "" || got[0].Duration != time.Second {
			t.Errorf("%d runs, %+v", len(got), got)
		}
		if first, last := got[0].Time, got[127].Time; !last.Equal(time.Now()) || last.Sub(first) != 127*time.Second {
			t.Errorf("from %v to %v, want the last 127s", first, last)
		}
		if err := c.Replace(t.Context(), []checks.Check{s.check("db")}); err != nil {
			t.Fatal(err)
		}
		if got := c.Runs("db"); len(got) != 128 || got[127].Reason != checks.ReasonError {
			t.Errorf("%d runs after Replace", len(got))
		}
		if c.Runs("x") != nil {
			t.Error("an unknown check has runs")
		}
	})
}
