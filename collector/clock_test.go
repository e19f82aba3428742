package collector_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestRule05AResultIsKept27SecondsAfterAPassAnd9AfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Second))
		c := newCollector(t, collector.Options{}, s.check("db"))
		r := one(t, c, "db")
		if got := r.Expires.Sub(r.Time); got != 27*time.Second {
			t.Errorf("a pass is kept %v, want 27s", got)
		}
		if !r.Time.Equal(time.Now()) {
			t.Errorf("time %v, want the end of the run %v", r.Time, time.Now())
		}
		time.Sleep(27*time.Second - time.Millisecond)
		report(t, c)
		s.wantRuns(t, 1)
		s.fails(errDown)
		time.Sleep(time.Millisecond)
		r = one(t, c, "db")
		wantResult(t, r, collector.StateFailed, "down")
		if got := r.Expires.Sub(r.Time); got != 9*time.Second {
			t.Errorf("a failure is kept %v, want 9s", got)
		}
		s.wantRuns(t, 2)
		time.Sleep(9*time.Second - time.Millisecond)
		report(t, c)
		s.wantRuns(t, 2)
		time.Sleep(time.Millisecond)
		report(t, c)
		s.wantRuns(t, 3)
	})
}

func TestRule05AClockSetBackDoesNotFreezeAResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		jump := c.SetWallClock()
		report(t, c)
		jump(-2 * time.Hour)
		report(t, c)
		s.wantRuns(t, 1)
		time.Sleep(27 * time.Second)
		r := one(t, c, "db")
		s.wantRuns(t, 2)
		if r.Duration < 0 || r.Expires.Sub(r.Time) != 27*time.Second {
			t.Errorf("duration %v, life %v, want no sign of the jump", r.Duration, r.Expires.Sub(r.Time))
		}
		time.Sleep(26 * time.Second)
		report(t, c)
		s.wantRuns(t, 2)
	})
}

func TestRule05ASuspendDoesNotKeepAResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		jump := c.SetWallClock() // In a suspend only the wall clock goes on.
		report(t, c)
		jump(time.Hour)
		report(t, c)
		s.wantRuns(t, 2)
		report(t, c)
		s.wantRuns(t, 2)
	})
}

func TestRule05DurationsAreMonotonic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Second))
		c := newCollector(t, collector.Options{}, s.check("db"))
		jump := c.SetWallClock()
		go func() {
			time.Sleep(500 * time.Millisecond)
			jump(-time.Hour)
		}()
		if got := one(t, c, "db").Duration; got != time.Second {
			t.Errorf("duration %v, want 1s", got)
		}
		synctest.Wait()
	})
}

func TestRule06ASuspendDuringARefreshHandsOutNoOldPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{MaxWait: time.Second}, s.check("db"))
		jump := c.SetWallClock()
		stop := background(t, c)
		defer stop()
		report(t, c)
		s.takes.Store(int64(4 * time.Second))
		for s.runs.Load() < 2 {
			time.Sleep(10 * time.Millisecond)
		}
		jump(time.Hour) // The refresh is under way, and covers its timeout only.
		r := one(t, c, "db")
		if r.State != collector.StateUnknown {
			t.Errorf("state %s (%s), want unknown", r.State, r.Output)
		}
		time.Sleep(4 * time.Second)
		wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
	})
}

func TestRule05TwentyJumpsLeaveNoAbsurdDuration(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(5, seed))
			var s, slow, failing subject
			slow.takes.Store(int64(time.Second))
			failing.fails(errDown)
			var logged syncBuffer
			c := newCollector(t, collector.Options{MaxWait: time.Second, Logger: log.NewLogfmtLogger(&logged)},
				s.check("a"), slow.check("slow"), failing.check("failing"))
			jump := c.SetWallClock()
			if seed%2 == 0 {
				defer background(t, c)()
			}
			for range 20 {
				jump(time.Duration(random.Int64N(int64(48*time.Hour))) - 24*time.Hour)
				time.Sleep(time.Duration(random.Int64N(int64(40 * time.Second))))
				for _, r := range report(t, c).Results {
					if r.Duration < 0 || r.Duration > time.Second {
						t.Errorf("%s took %v", r.Check, r.Duration)
					}
					if life := r.Expires.Sub(r.Time); life != 27*time.Second && life != 9*time.Second && r.State != collector.StateUnknown {
						t.Errorf("%s is kept %v", r.Check, life)
					}
					if r.State == collector.StateUnknown && strings.Contains(r.Output, "-") {
						t.Errorf("%s: %s", r.Check, r.Output)
					}
				}
				for _, line := range exposition(t, c) {
					if strings.HasPrefix(line, "healthcheck_duration_seconds") && strings.Contains(line, " -") {
						t.Error(line)
					}
				}
			}
			time.Sleep(10 * time.Second)
			if strings.Contains(logged.String(), "=-") {
				t.Errorf("a negative duration in the log:\n%s", logged.String())
			}
		})
	}
}

func TestRule13ATimeoutWhileTheProcessStoodStillIsNotTheTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var obeys subject
		obeys.takes.Store(int64(time.Minute))
		stuck, release, _ := deaf("deaf")
		c := newCollector(t, collector.Options{}, obeys.check("obeys"), stuck)
		stand := c.SetBothClocks()
		go func() {
			time.Sleep(time.Second)
			stand(time.Minute)
		}()
		for _, r := range report(t, c).Results {
			if r.Reason != checks.ReasonInternal || !strings.HasPrefix(r.Output, "local: this process stood still for 1m: ") {
				t.Errorf("%s: %s %s, want it to be our own trouble", r.Check, r.Reason, r.Output)
			}
		}
		close(release)
		time.Sleep(9 * time.Second)
		r := one(t, c, "obeys")
		if r.Reason != checks.ReasonTimeout {
			t.Errorf("%s %s, want an ordinary timeout", r.Reason, r.Output)
		}
	})
}
