package collector_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func muteFor(d time.Duration) collector.Mute {
	return collector.Mute{Reason: "maintenance", Until: time.Now().Add(d), By: "alice"}
}

func mute(t *testing.T, c *collector.Collector, name string, m collector.Mute) {
	t.Helper()
	if err := c.Mute(name, m); err != nil {
		t.Fatal(err)
	}
}

func TestRule08AMutedCheckDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, app, page subject
		db.fails(errDown)
		c := newCollector(t, collector.Options{}, db.check("db"), withDeps(app.check("app"), "db"), withDeps(page.check("page"), "app"))
		stop := background(t, c)
		defer stop()
		if got := report(t, c).Status; got != collector.StatusFailed {
			t.Fatalf("status %s, want failed", got)
		}
		m := muteFor(time.Hour)
		mute(t, c, "db", m)
		synctest.Wait()
		r := report(t, c)
		if r.Status != collector.StatusDegraded {
			t.Errorf("status %s while the only failure is muted, want degraded", r.Status)
		}
		muted := r.Results[0]
		wantResult(t, muted, collector.StateFailed, "down")
		if muted.Muted == nil || *muted.Muted != m || muted.Counts() || muted.Passed {
			t.Errorf("muted %v, counts %v, passed %v", muted.Muted, muted.Counts(), muted.Passed)
		}
		for _, dependent := range r.Results[1:] { // They run at once, and stand for themselves.
			wantResult(t, dependent, collector.StatePassed, "ok")
		}
		wantMetrics(t, c, `
			healthcheck_muted{check="db"} 1
			healthcheck_muted{check="app"} 0
			healthcheck_passed{check="db"} 0
			healthcheck_state{check="db"} 0
			healthcheck_healthy 1
			healthcheck_degraded 1
		`)
		runs := db.runs.Load()
		time.Sleep(time.Minute)
		if db.runs.Load() == runs {
			t.Error("a muted check no longer runs")
		}
		if err := c.Unmute("db"); err != nil {
			t.Fatal(err)
		}
		if r := report(t, c); r.Status != collector.StatusFailed || r.Results[0].Muted != nil {
			t.Errorf("status %s, muted %v after Unmute", r.Status, r.Results[0].Muted)
		}
	})
}

func TestRule08AMuteEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.fails(errDown)
		var told statuses
		c := newCollector(t, collector.Options{FailedTTL: time.Hour, OnStatus: told.hook}, s.check("db"))
		jump := c.SetWallClock()
		report(t, c)
		told.want(t, ">failed")
		mute(t, c, "db", muteFor(time.Minute))
		told.want(t, "failed>degraded")
		if got := report(t, c).Status; got != collector.StatusDegraded {
			t.Errorf("status %s, want degraded", got)
		}
		time.Sleep(time.Minute)
		told.want(t, "degraded>failed")
		if got := report(t, c).Status; got != collector.StatusFailed {
			t.Errorf("status %s after the end, want failed", got)
		}
		mute(t, c, "db", muteFor(time.Minute))
		report(t, c)
		jump(2 * time.Minute) // A suspend: the timer has not fired.
		if got := report(t, c).Status; got != collector.StatusFailed {
			t.Errorf("status %s after the end by the wall clock, want failed", got)
		}
		time.Sleep(time.Minute)
	})
}

func TestAMuteIncludesDependentsIfWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, app, page subject
		for _, s := range []*subject{&db, &app, &page} {
			s.fails(errDown)
		}
		c := newCollector(t, collector.Options{}, withDeps(page.check("page"), "app"), withDeps(app.check("app"), "db"), db.check("db"))
		m := muteFor(time.Hour)
		m.Dependents = true
		mute(t, c, "db", m)
		r := report(t, c)
		for _, result := range r.Results {
			if result.Muted == nil {
				t.Errorf("%s is not muted", result.Check)
			}
		}
		if r.Status != collector.StatusDegraded {
			t.Errorf("status %s, want degraded", r.Status)
		}
		if err := c.Unmute("db"); err != nil {
			t.Fatal(err)
		}
		if got := report(t, c).Status; got != collector.StatusFailed {
			t.Errorf("status %s, want failed", got)
		}
	})
}

func TestAMuteBelongsToTheNameUntilItIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.fails(errDown)
		c := newCollector(t, collector.Options{}, s.check("db"))
		mute(t, c, "db", muteFor(time.Hour))
		if err := c.Replace(t.Context(), []checks.Check{s.check("db")}); err != nil {
			t.Fatal(err)
		}
		if got := report(t, c).Status; got != collector.StatusDegraded {
			t.Errorf("status %s after Replace, want degraded", got)
		}
		if err := c.Remove("db"); err != nil {
			t.Fatal(err)
		}
		if err := c.Add(s.check("db")); err != nil {
			t.Fatal(err)
		}
		if got := report(t, c).Status; got != collector.StatusFailed {
			t.Errorf("status %s after Remove and Add, want failed", got)
		}
	})
}

func TestAMuteNeedsACheckAReasonAndAnEnd(t *testing.T) {
	var s subject
	c := newCollector(t, collector.Options{}, s.check("db"))
	if err := c.Mute("x", muteFor(time.Hour)); !errors.Is(err, collector.ErrUnknownCheck) {
		t.Errorf("Mute(x) = %v, want ErrUnknownCheck", err)
	}
	if err := c.Unmute("x"); !errors.Is(err, collector.ErrUnknownCheck) {
		t.Errorf("Unmute(x) = %v, want ErrUnknownCheck", err)
	}
	for _, m := range []collector.Mute{{Until: time.Now().Add(time.Hour)}, {Reason: " \n"}, {Reason: "x"}, muteFor(-time.Hour)} {
		if err := c.Mute("db", m); err == nil {
			t.Errorf("Mute(%+v) gave no error", m)
		}
	}
	if err := c.Unmute("db"); err != nil {
		t.Errorf("Unmute() of a check that is not muted = %v", err)
	}
}
