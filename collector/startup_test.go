package collector_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// answeredAfter returns how long a reader who arrives now waits.
func answeredAfter(t *testing.T, c *collector.Collector) time.Duration {
	t.Helper()
	begin := time.Now()
	report(t, c)
	return time.Since(begin)
}

func TestRule06DuringTheStartReadersWaitForFirstResults(t *testing.T) {
	for _, test := range []struct {
		name        string
		takes       time.Duration
		optional    bool
		maxWait     time.Duration
		startupWait time.Duration
		later       time.Duration // the reader arrives
		want        time.Duration
	}{
		{name: "the first result in time", takes: 3 * time.Second, maxWait: time.Second, want: 3 * time.Second},
		{name: "by default at most 5s", takes: 8 * time.Second, maxWait: time.Second, want: 5 * time.Second},
		{name: "from the start", takes: 8 * time.Second, maxWait: time.Second, later: 3 * time.Second, want: 2 * time.Second},
		{name: "never less than MaxWait", takes: 8 * time.Second, maxWait: time.Second, later: 4500 * time.Millisecond, want: time.Second},
		{name: "as set", takes: 8 * time.Second, maxWait: time.Second, startupWait: 6 * time.Second, want: 6 * time.Second},
		{name: "not at all", takes: 8 * time.Second, maxWait: time.Second, startupWait: -1, want: time.Second},
		{name: "not for optional checks", takes: 8 * time.Second, optional: true, maxWait: time.Second, want: time.Second},
		{name: "not for those that never wait", takes: 8 * time.Second, maxWait: -1, want: 0},
		{name: "a longer MaxWait", takes: 8 * time.Second, maxWait: 7 * time.Second, want: 7 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s subject
				s.takes.Store(int64(test.takes))
				check := s.check("db")
				check.Timeout, check.Optional = 10*time.Second, test.optional
				c := newCollector(t, collector.Options{MaxWait: test.maxWait, StartupWait: test.startupWait}, check)
				stop := background(t, c)
				time.Sleep(test.later)
				if got := answeredAfter(t, c); got != test.want {
					t.Errorf("answered after %v, want %v", got, test.want)
				}
				stop()
			})
		})
	}
}

func TestRule06AfterFirstResultsOnlyMaxWaitCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var counts, other subject
		counts.takes.Store(int64(2 * time.Second))
		other.takes.Store(int64(4 * time.Second))
		o := other.check("optional")
		o.Optional = true
		c := newCollector(t, collector.Options{MaxWait: time.Second}, o, counts.check("counts"))
		if got := answeredAfter(t, c); got != 2*time.Second {
			t.Errorf("answered after %v, want the 2s of the check that counts", got)
		}
		time.Sleep(10 * time.Second)
	})
}

func TestTheDefaultStartupWaitIsTheLongestChainOfTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Minute))
		db, app, slow := s.check("db"), withDeps(s.check("app"), "db"), s.check("slow")
		db.Timeout, app.Timeout, slow.Timeout = time.Second, 2*time.Second, time.Minute
		slow.Optional = true
		hung := checks.Check{Name: "hung", Timeout: 500 * time.Millisecond, Func: s.run}
		c := newCollector(t, collector.Options{MaxWait: time.Millisecond}, app, db, slow, hung)
		begin := time.Now()
		for !c.Ready() {
			time.Sleep(10 * time.Millisecond)
		}
		if got := time.Since(begin); got != 3*time.Second {
			t.Errorf("ready after %v, want the 1s of db and the 2s of app", got)
		}
	})
}

func TestReadyNeedsNoResultOfOptionalChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var counts, other subject
		counts.takes.Store(int64(time.Second))
		other.takes.Store(int64(4 * time.Second))
		o := other.check("optional")
		o.Optional = true
		c := newCollector(t, collector.Options{}, o, counts.check("counts"))
		stop := background(t, c)
		if c.Ready() {
			t.Error("ready before the first result of a check that counts")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !c.Ready() {
			t.Error("not ready although only an optional check has no result")
		}
		stop()
	})
}
