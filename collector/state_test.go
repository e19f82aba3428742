package collector_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestRule07ThresholdsNeedConsecutiveResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		check := s.check("db")
		check.FailureThreshold, check.SuccessThreshold = 3, 2
		c := newCollector(t, collector.Options{}, check)
		const p, f = true, false
		for i, step := range []struct {
			passes   bool
			want     collector.State
			opposite string // of how many
		}{
			{p, "passed", "0 of 0"},
			{f, "passed", "1 of 3"},
			{f, "passed", "2 of 3"},
			{p, "passed", "0 of 0"}, // resets the counter
			{f, "passed", "1 of 3"},
			{f, "passed", "2 of 3"},
			{f, "failed", "0 of 0"},
			{p, "failed", "1 of 2"},
			{f, "failed", "0 of 0"}, // resets the counter
			{p, "failed", "1 of 2"},
			{p, "passed", "0 of 0"},
		} {
			s.fails(errDown)
			if step.passes {
				s.passes()
			}
			r := one(t, c, "db")
			if r.State != step.want || r.Passed != step.passes {
				t.Errorf("step %d: state %s, passed %v, want %s, %v", i, r.State, r.Passed, step.want, step.passes)
			}
			if got := fmt.Sprintf("%d of %d", r.Opposite, r.Threshold); got != step.opposite {
				t.Errorf("step %d: %s results against the state, want %s", i, got, step.opposite)
			}
			life := 9 * time.Second // While raw result and state disagree, too.
			if step.passes && step.want == "passed" {
				life = 27 * time.Second
			}
			if got := r.Expires.Sub(r.Time); got != life {
				t.Errorf("step %d: kept %v, want %v", i, got, life)
			}
			time.Sleep(life)
		}
	})
}

func TestRule08AFreshSkipIsReadWithoutRepeatingIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var redis, app subject
		dependent := app.check("app")
		dependent.DependsOn = []string{"redis"}
		redis.fails(errDown)
		c := newCollector(t, collector.Options{}, redis.check("redis"), dependent)
		first := report(t, c).Results[1]
		time.Sleep(time.Second)
		if again := one(t, c, "app"); again.State != collector.StateSkipped || !again.Time.Equal(first.Time) {
			t.Errorf("%s at %v, want the skip of %v", again.State, again.Time, first.Time)
		}
	})
}

func TestRule07TheFirstResultCountsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.fails(errDown)
		check := s.check("db")
		check.FailureThreshold = 5
		c := newCollector(t, collector.Options{}, check)
		wantResult(t, one(t, c, "db"), collector.StateFailed, "down")
	})
}

func TestRule07SinceIsWhenTheStateChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		first := one(t, c, "db").Time
		time.Sleep(27 * time.Second)
		s.fails(errDown)
		failed := one(t, c, "db")
		time.Sleep(9 * time.Second)
		r := one(t, c, "db")
		if !r.Since.Equal(failed.Time) || !r.LastSuccess.Equal(first) {
			t.Errorf("since %v, last success %v, want %v and %v", r.Since, r.LastSuccess, failed.Time, first)
		}
		wantMetrics(t, c, `
			healthcheck_consecutive_failures{check="db"} 2
			healthcheck_passed{check="db"} 0
			healthcheck_state{check="db"} 0
		`)
	})
}

func TestRule08ADependentIsSkippedWhileItsDependencyFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var redis, app, page subject
		a, p := app.check("app"), page.check("page")
		a.DependsOn, p.DependsOn = []string{"redis"}, []string{"app"}
		redis.fails(errDown)
		c := newCollector(t, collector.Options{}, p, a, redis.check("redis")) // The order does not matter.
		r := report(t, c)
		wantResult(t, r.Results[0], collector.StateSkipped, "skipped: redis fails")
		wantResult(t, r.Results[1], collector.StateSkipped, "skipped: redis fails")
		if r.Results[1].Reason != checks.ReasonSkipped || r.Results[1].Passed || r.Status != collector.StatusFailed {
			t.Errorf("reason %s, passed %v, status %s", r.Results[1].Reason, r.Results[1].Passed, r.Status)
		}
		app.wantRuns(t, 0)
		wantMetrics(t, c, `
			healthcheck_passed{check="app"} 0
			healthcheck_failure_info{check="app",reason="skipped"} 1
			healthcheck_runs_total{check="app",result="failed"} 0
			! healthcheck_failures_total{check="app"
			! healthcheck_duration_seconds{check="app"
			! healthcheck_last_run_timestamp_seconds{check="app"
		`)
		redis.passes()
		time.Sleep(9 * time.Second)
		for _, result := range report(t, c).Results {
			wantResult(t, result, collector.StatePassed, "ok")
		}
	})
}

func TestRule08ASkippedCheckRunsAtOnceWhenItsDependencyPassesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var redis, app subject
		a := app.check("app")
		a.DependsOn = []string{"redis"}
		a.FailedTTL = 10 * time.Minute
		redis.fails(errDown)
		c := newCollector(t, collector.Options{}, redis.check("redis"), a)
		stop := background(t, c)
		defer stop()
		time.Sleep(time.Minute)
		app.wantRuns(t, 0)
		redis.passes()
		time.Sleep(9 * time.Second)
		app.wantRuns(t, 1)
		wantResult(t, one(t, c, "app"), collector.StatePassed, "ok")
	})
}

func TestRule08AFilterHidesNoDependency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var redis, app subject
		a := app.check("app")
		a.DependsOn = []string{"redis"}
		redis.fails(errDown)
		c := newCollector(t, collector.Options{}, redis.check("redis"), a)
		r, err := c.Report(t.Context(), collector.Filter{Names: []string{"app"}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Results) != 1 || r.Status != collector.StatusFailed {
			t.Errorf("%d results, status %s, want 1 and failed", len(r.Results), r.Status)
		}
		redis.wantRuns(t, 1)
	})
}

func TestRule08AnOptionalFailureDegrades(t *testing.T) {
	var s subject
	s.fails(errDown)
	check := s.check("search")
	check.Optional = true
	c := newCollector(t, collector.Options{}, check)
	if got := report(t, c).Status; got != collector.StatusDegraded {
		t.Errorf("status %s, want degraded", got)
	}
	wantMetrics(t, c, "healthcheck_degraded 1\nhealthcheck_healthy 1")
}

func TestRule08CyclesAndUnknownNamesAreErrors(t *testing.T) {
	var s subject
	with := func(name string, deps ...string) checks.Check {
		check := s.check(name)
		check.DependsOn = deps
		return check
	}
	var ring []checks.Check
	for i := range 12 {
		ring = append(ring, with(fmt.Sprint("r", i), fmt.Sprint("r", (i+1)%12)))
	}
	for _, test := range []struct {
		checks []checks.Check
		want   string
	}{
		{ring, `check "r0": depends on itself: r0 → r1 → r2 → r3 → (5 more) → r9 → r10 → r11 → r0`},
		{[]checks.Check{with("a", "a")}, `check "a": depends on itself: a → a`},
		{[]checks.Check{with("a", "b"), with("b", "c"), with("c", "b")}, `check "b": depends on itself: b → c → b`},
		{[]checks.Check{with("a", "x")}, `check "a": depends on "x", which does not exist`},
		{[]checks.Check{with("a"), with("a")}, `check "a": the name is taken`},
		{[]checks.Check{{Name: "a"}}, `check "a": has no function`},
		{[]checks.Check{with("-a")}, `check "-a": a name is 1 to 100 letters, digits and _ . : - and begins with a letter, a digit or _`},
		{[]checks.Check{with("a", "x"), {Name: "b"}}, `check "b": has no function` + "\n" + `check "a": depends on "x", which does not exist`},
	} {
		_, err := collector.New(collector.Options{}, test.checks...)
		if err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

func TestRule09TheOverallStatus(t *testing.T) {
	passes := func(context.Context) (string, error) { return "", nil }
	warns := func(context.Context) (string, error) { return "kept", checks.Warnf("careful") }
	fails := func(context.Context) (string, error) { return "", errDown }
	for _, test := range []struct {
		name   string
		checks []checks.Check
		drain  error
		want   collector.Status
	}{
		{"nothing to check", nil, nil, collector.StatusPassed},
		{"all pass", []checks.Check{{Name: "a", Func: passes}}, nil, collector.StatusPassed},
		{"one warns", []checks.Check{{Name: "a", Func: passes}, {Name: "b", Func: warns}}, nil, collector.StatusDegraded},
		{"one fails", []checks.Check{{Name: "a", Func: fails}, {Name: "b", Func: passes}}, nil, collector.StatusFailed},
		{"one fails, one warns", []checks.Check{{Name: "a", Func: fails}, {Name: "b", Func: warns}}, nil, collector.StatusFailed},
		{"an optional one fails", []checks.Check{{Name: "a", Func: fails, Optional: true}}, nil, collector.StatusDegraded},
		{"drained", nil, errors.New("deploy"), collector.StatusFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCollector(t, collector.Options{}, test.checks...)
			c.Drain(test.drain)
			if got := report(t, c).Status; got != test.want {
				t.Errorf("status %s, want %s", got, test.want)
			}
		})
	}
}

func TestRule09DrainingIsSaidAndTakenBack(t *testing.T) {
	var s subject
	c := newCollector(t, collector.Options{}, s.check("db"))
	report(t, c)
	c.Drain(errors.New("deploy of 2.1, postgres://u:hunter2@db/x"))
	r := report(t, c)
	if r.Status != collector.StatusFailed || r.Draining != "deploy of 2.1, postgres://u:********@db/x" {
		t.Errorf("status %s, draining %q", r.Status, r.Draining)
	}
	wantMetrics(t, c, "healthcheck_draining 1\nhealthcheck_healthy 0\nhealthcheck_passed{check=\"db\"} 1")
	c.Drain(nil)
	if r := report(t, c); r.Status != collector.StatusPassed || r.Draining != "" {
		t.Errorf("status %s, draining %q after Drain(nil)", r.Status, r.Draining)
	}
	s.wantRuns(t, 1)
}

func TestRule10ReadersShareOneSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		c := newCollector(t, collector.Options{}, a.check("a"), b.check("b"))
		first := report(t, c)
		time.Sleep(time.Second)
		second := report(t, c)
		if first.Version == 0 || first.Version != second.Version || first.Results[0] != second.Results[0] {
			t.Error("nothing has changed, but the snapshot has")
		}
		if second.Time.Sub(first.Time) != time.Second {
			t.Errorf("the answers are %v apart, want 1s", second.Time.Sub(first.Time))
		}
		b.fails(errDown)
		time.Sleep(27 * time.Second)
		if third := report(t, c); third.Version == second.Version {
			t.Error("results have changed, but the version has not")
		}
	})
}

func TestRule10AFreshResultIsReadWithoutAllocating(t *testing.T) {
	var s subject
	var cs []checks.Check
	for i := range 100 {
		cs = append(cs, s.check(fmt.Sprint("c", i)))
	}
	c := newCollector(t, collector.Options{}, cs...)
	report(t, c)
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { _, _ = c.Report(ctx, collector.Filter{}) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	wantMetrics(t, c, `
		healthcheck_runs_total{check="c0",result="passed"} 1
		healthcheck_cache_requests_total{outcome="hit"} 101
		healthcheck_cache_requests_total{outcome="miss"} 1
	`)
}

func TestRule11OutputsAreCleanAndShort(t *testing.T) {
	for _, test := range []struct{ name, output, want string }{
		{"plain", "redis ok", "redis ok"},
		{"invalid UTF-8", "a\xff\xfeb", "a\uFFFDb"},
		{"secret", "dial postgres://app:s3cret@db:5432/x", "dial postgres://app:********@db:5432/x"},
		{"control", "a\nb\tc\x1b[31m\x7f\u0085", "a\nb\tc" + `\x1b[31m\x7f\x85`},
		{"last line break", "ok\r\n", "ok"},
		{"bidi", "pass\u202edelif\u2066", `pass\u202edelif\u2066`},
		{"separators", "a\u2028b", `a\u2028b`},
		{"other scripts", "пройдено ✓ 合格 👩‍💻", "пройдено ✓ 合格 👩‍💻"},
		{"zero width", "ad\u200bmin ad\u200dmin \ufeffroot \U000e0041\U000e0000\U000e007f", `ad\u200bmin ad\u200dmin \ufeffroot \U000e0041\U000e0000\U000e007f`},
		{"joiners", "نمی\u200cخواهم", "نمی\u200cخواهم"},
		{"long", strings.Repeat("a", 2000), strings.Repeat("a", 1021) + "…"},
		{"cut at a rune", strings.Repeat("é", 600), strings.Repeat("é", 510) + "…"},
		{"just fits", strings.Repeat("a", 1024), strings.Repeat("a", 1024)},
		{"huge word", strings.Repeat("a", 100_000), strings.Repeat("a", 1021) + "…"}, // not "…" alone: its first part may be the cause
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, passes := range []bool{true, false} {
				c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Func: func(context.Context) (string, error) {
					if passes {
						return test.output, nil
					}
					return "", errors.New(test.output)
				}})
				if got := one(t, c, "a").Output; got != test.want {
					t.Errorf("output %q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestRule13OurOwnStarvationIsNotTheTargets(t *testing.T) {
	c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Func: func(context.Context) (string, error) {
		return "", fmt.Errorf("dial tcp 10.0.0.1:80: socket: %w", errTooManyFiles)
	}})
	r := one(t, c, "a")
	wantResult(t, r, collector.StateFailed, "local: dial tcp 10.0.0.1:80: socket: too many open files")
	if r.Reason != checks.ReasonInternal {
		t.Errorf("reason %s, want internal", r.Reason)
	}
}

func TestRule08AChainAndADiamondNeedOnePlaceAndOneRunEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const length = 500
		subjects := make([]subject, length+3)
		var cs []checks.Check
		add := func(deps ...string) (name string) {
			i := len(cs)
			subjects[i].takes.Store(int64(time.Millisecond))
			check := subjects[i].check(fmt.Sprint("c", i))
			check.DependsOn = deps
			cs = append(cs, check)
			return check.Name
		}
		last := add()
		for range length - 1 {
			last = add(last)
		}
		add(add(last), add(last), last)
		slices.Reverse(cs)
		c := newCollector(t, collector.Options{Concurrency: 1}, cs...)
		for round := range int64(2) {
			if r := report(t, c); r.Status != collector.StatusPassed {
				t.Errorf("status %s, want passed", r.Status)
			}
			for i := range subjects {
				subjects[i].wantRuns(t, round+1)
			}
			time.Sleep(27 * time.Second)
		}
	})
}

func TestRule08ADependencyThatIsNotKeptRunsBeforeItsDependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var live, app subject
		l, a := live.check("live"), app.check("app")
		l.SuccessTTL, l.FailedTTL = -1, -1
		a.DependsOn = []string{"live"}
		live.fails(errDown)
		c := newCollector(t, collector.Options{}, l, a)
		stop := background(t, c)
		defer stop()
		wantResult(t, one(t, c, "app"), collector.StateSkipped, "skipped: live fails")
		live.passes()
		time.Sleep(9 * time.Second)
		wantResult(t, one(t, c, "app"), collector.StatePassed, "ok")
		app.wantRuns(t, 1)
	})
}

func TestRule08AStuckDependencySkipsItsDependentUntilItReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var app subject
		stuck, release, _ := deaf("deaf")
		a := app.check("app")
		a.DependsOn = []string{"deaf"}
		c := newCollector(t, collector.Options{}, a, stuck)
		for range 5 {
			wantResult(t, report(t, c).Results[0], collector.StateSkipped, "skipped: deaf fails")
			time.Sleep(9 * time.Second)
		}
		close(release)
		synctest.Wait()
		for _, r := range report(t, c).Results {
			if r.State != collector.StatePassed {
				t.Errorf("%s: %s %s, want passed", r.Check, r.State, r.Output)
			}
		}
		app.wantRuns(t, 1)
	})
}
