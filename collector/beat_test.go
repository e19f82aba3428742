package collector_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func backup(t *testing.T, settings heartbeat.Check) checks.Check {
	t.Helper()
	c, err := checks.New("backup", settings)
	if err != nil {
		t.Fatal(err)
	}
	c.Fingerprint = "backup"
	return c
}

func beat(t *testing.T, c *collector.Collector, b checks.Beat) {
	t.Helper()
	if err := c.Beat(t.Context(), "backup", b); err != nil {
		t.Fatal(err)
	}
}

// The clocks of a bubble would stand still while the beats are judged.
func TestTheJudgementOfBeatsTakesNoTime(t *testing.T) {
	c := newCollector(t, collector.Options{}, backup(t, heartbeat.Check{MaxAge: time.Hour}))
	beat(t, c, checks.Beat{})
	if r := one(t, c, "backup"); r.Duration != 0 || r.State != collector.StatePassed {
		t.Errorf("%s, duration %v, want 0s: it is no run", r.State, r.Duration)
	}
}

func TestABeatIsPublishedAtOnceAndIsNotARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{}, backup(t, heartbeat.Check{MaxAge: time.Hour, Grace: time.Minute}))
		wantResult(t, one(t, c, "backup"), collector.StatePassed, "no success reported since 2000-01-01T00:00:00Z")
		time.Sleep(30 * time.Second)
		beat(t, c, checks.Beat{Event: checks.BeatStart})
		time.Sleep(90 * time.Second)
		beat(t, c, checks.Beat{})
		r := one(t, c, "backup")
		wantResult(t, r, collector.StatePassed, "last success at 2000-01-01T00:02:00Z, took 1m30s")
		if got := r.Expires.Sub(r.Time); got != 61*time.Minute {
			t.Errorf("the result holds for %v, want max_age and grace", got)
		}
		beat(t, c, checks.Beat{ExitCode: 3})
		r = one(t, c, "backup")
		wantResult(t, r, collector.StateFailed, "the job ended with exit code 3 at 2000-01-01T00:02:00Z")
		if r.Reason != checks.ReasonExitCode {
			t.Errorf("reason %s, want exit_code", r.Reason)
		}
		beat(t, c, checks.Beat{Event: checks.BeatFail})
		wantResult(t, one(t, c, "backup"), collector.StateFailed, "the job reported a failure at 2000-01-01T00:02:00Z")
		beat(t, c, checks.Beat{Duration: 2 * time.Second})
		wantResult(t, one(t, c, "backup"), collector.StatePassed, "last success at 2000-01-01T00:02:00Z, took 2s")
		wantMetrics(t, c, `
			healthcheck_passed{check="backup"} 1
			healthcheck_runs_total{check="backup",result="failed"} 0
			healthcheck_runs_total{check="backup",result="passed"} 0
			healthcheck_value{check="backup",name="job_duration_seconds"} 2
		`)
	})
}

func TestAMissedBeatFailsWhenItIsDue(t *testing.T) {
	for _, mode := range []string{"lazy", "background"} {
		synctest.Test(t, func(t *testing.T) {
			changes := make(chan collector.Result, 10)
			c := newCollector(t, collector.Options{
				OnChange: func(_, r collector.Result) { changes <- r },
			}, backup(t, heartbeat.Check{MaxAge: time.Hour}))
			if mode == "background" {
				defer background(t, c)()
			}
			beat(t, c, checks.Beat{})
			time.Sleep(time.Hour - time.Millisecond)
			wantResult(t, one(t, c, "backup"), collector.StatePassed, "last success at 2000-01-01T00:00:00Z")
			time.Sleep(time.Millisecond)
			if mode == "background" { // Nobody asks.
				time.Sleep(100 * time.Millisecond)
				for len(changes) > 1 {
					<-changes
				}
				if r := <-changes; r.State != collector.StateFailed || time.Since(r.Time) > 100*time.Millisecond {
					t.Errorf("%s %v ago, want failed within 100ms", r.State, time.Since(r.Time))
				}
			}
			r := one(t, c, "backup")
			wantResult(t, r, collector.StateFailed, "last success at 2000-01-01T00:00:00Z, want one at least every 1h")
			if r.Reason != checks.ReasonTimeout {
				t.Errorf("%s: reason %s, want timeout", mode, r.Reason)
			}
			beat(t, c, checks.Beat{})
			if r := one(t, c, "backup"); r.State != collector.StatePassed {
				t.Errorf("%s: %s after a beat, want passed", mode, r.State)
			}
			synctest.Wait()
		})
	}
}

func TestAReloadKeepsTheBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{}, backup(t, heartbeat.Check{MaxAge: time.Hour}))
		beat(t, c, checks.Beat{})
		time.Sleep(30 * time.Minute)
		if err := c.Replace(t.Context(), []checks.Check{backup(t, heartbeat.Check{MaxAge: time.Hour})}); err != nil {
			t.Fatal(err)
		}
		wantResult(t, one(t, c, "backup"), collector.StatePassed, "last success at 2000-01-01T00:00:00Z")
		changed := backup(t, heartbeat.Check{MaxAge: 10 * time.Minute})
		changed.Fingerprint = "changed"
		if err := c.Replace(t.Context(), []checks.Check{changed}); err != nil {
			t.Fatal(err)
		}
		wantResult(t, one(t, c, "backup"), collector.StateFailed, "last success at 2000-01-01T00:00:00Z, want one at least every 10m")
		if err := c.Remove("backup"); err != nil {
			t.Fatal(err)
		}
		if err := c.Add(changed); err != nil {
			t.Fatal(err)
		}
		wantResult(t, one(t, c, "backup"), collector.StatePassed, "no success reported since 2000-01-01T00:30:00Z")
	})
}

func TestABeatNeedsNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hangs := checks.Check{Name: "hangs", Timeout: time.Hour, Func: func(context.Context) (string, error) {
			<-release
			return "ok", nil
		}}
		c := newCollector(t, collector.Options{Concurrency: 1, MaxWait: time.Second}, hangs, backup(t, heartbeat.Check{MaxAge: time.Hour}))
		report(t, c)
		begin := time.Now()
		beat(t, c, checks.Beat{ExitCode: 1})
		if r := one(t, c, "backup"); r.State != collector.StateFailed || time.Since(begin) != 0 {
			t.Errorf("%s after %v, want failed at once", r.State, time.Since(begin))
		}
		wantMetrics(t, c, `
			healthcheck_passed{check="backup"} 0
		`)
		close(release)
		synctest.Wait()
	})
}

func TestABeatForAnotherCheckIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := newCollector(t, collector.Options{BaseContext: ctx}, backup(t, heartbeat.Check{MaxAge: time.Hour}), new(subject).check("asks"))
	if err := c.Beat(t.Context(), "gone", checks.Beat{}); !errors.Is(err, collector.ErrUnknownCheck) {
		t.Errorf("Beat(gone) = %v, want ErrUnknownCheck", err)
	}
	if err := c.Beat(t.Context(), "asks", checks.Beat{}); !errors.Is(err, collector.ErrNoReceiver) {
		t.Errorf("Beat(asks) = %v, want ErrNoReceiver", err)
	}
	cancel()
	if err := c.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		err := c.Beat(t.Context(), "backup", checks.Beat{})
		if errors.Is(err, collector.ErrEnded) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("Beat() = %v after the end, want ErrEnded", err)
		}
	}
}
