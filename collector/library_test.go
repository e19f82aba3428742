package collector_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func TestWrapIsAroundEveryFunctionOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		wraps := map[string]int{}
		c := newCollector(t, collector.Options{Wrap: func(def checks.Check) checks.Func {
			wraps[def.Name]++
			return func(ctx context.Context) (string, error) {
				output, err := def.Func(ctx)
				return "wrapped " + output, err
			}
		}}, a.check("a"))
		if err := c.Add(b.check("b")); err != nil {
			t.Fatal(err)
		}
		for _, r := range report(t, c).Results {
			wantResult(t, r, collector.StatePassed, "wrapped ok")
		}
		if wraps["a"] != 1 || wraps["b"] != 1 {
			t.Errorf("wrapped %v times, want each once", wraps)
		}
	})
}

func TestAWrapperThatFailsIsAnErrorOfItsCheck(t *testing.T) {
	var s subject
	for want, wrap := range map[string]func(checks.Check) checks.Func{
		`check "a": wrapping panicked: boom`:       func(checks.Check) checks.Func { panic("boom") },
		`check "a": wrapping returned no function`: func(checks.Check) checks.Func { return nil },
	} {
		if _, err := collector.New(collector.Options{Wrap: wrap}, s.check("a")); err == nil || err.Error() != want {
			t.Errorf("New() = %v, want %s", err, want)
		}
	}
}

// statuses records the calls of OnStatus.
type statuses struct {
	mu   sync.Mutex
	told []string
}

func (s *statuses) hook(old, now collector.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, fmt.Sprintf("%s>%s", old, now))
}

func (s *statuses) want(t *testing.T, want string) {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := strings.Join(s.told, " "); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	s.told = nil
}

func TestOnStatusFollowsTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, search subject
		var s statuses
		optional := search.check("search")
		optional.Optional = true
		c := newCollector(t, collector.Options{OnStatus: s.hook}, db.check("db"), optional)
		s.want(t, "")
		report(t, c)
		s.want(t, ">passed")
		search.fails(errDown)
		time.Sleep(27 * time.Second)
		report(t, c)
		s.want(t, "passed>degraded")
		db.fails(errDown)
		time.Sleep(27 * time.Second)
		report(t, c)
		s.want(t, "degraded>failed")
		db.passes()
		search.passes()
		time.Sleep(9 * time.Second)
		report(t, c)
		synctest.Wait() // Else the hook may see only what the drain made of it.
		c.Drain(errDown)
		synctest.Wait()
		c.Drain(nil)
		synctest.Wait()
		if err := c.SetDrain(&collector.Drain{Reason: "deploy", Until: time.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		s.mu.Lock()
		told := s.told
		s.mu.Unlock()
		// The two results of the report come one after the other: it may have
		// been degraded for a moment.
		if want := "passed>failed failed>passed passed>failed failed>passed"; !strings.HasSuffix(strings.Join(told, " "), want) {
			t.Errorf("told %q, want %s in the end", told, want)
		}
	})
}

func TestOnStatusIsNotToldWhatIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s statuses
		var slow subject
		slow.takes.Store(int64(3 * time.Second))
		c := newCollector(t, collector.Options{OnStatus: s.hook}, slow.check("slow"))
		stop := background(t, c)
		time.Sleep(2 * time.Second)
		s.want(t, "")
		time.Sleep(2 * time.Second)
		s.want(t, ">passed")
		if err := c.Add(slow.check("new")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		s.want(t, "")
		stop()
	})
}

func TestAStatusHookThatPanicsIsCalledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		calls := 0
		c := newCollector(t, collector.Options{OnStatus: func(_, _ collector.Status) { calls++; panic("hook") }}, s.check("db"))
		report(t, c)
		synctest.Wait()
		c.Drain(errDown)
		if err := c.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if calls != 2 {
			t.Errorf("%d calls, want 2", calls)
		}
	})
}

func TestAnOutputCanBeAValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := false
		c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Func: func(ctx context.Context) (string, error) {
			checks.Output(ctx, "first")
			checks.Output(ctx, struct {
				Queue    string `json:"queue"`
				Depth    int    `json:"depth"`
				Password string `json:"password"`
			}{"jobs", 7, "hunter2"})
			if fails {
				return "", errDown
			}
			return "unused", nil
		}}, checks.Check{Name: "huge", Func: func(ctx context.Context) (string, error) {
			checks.Output(ctx, strings.Repeat("x", 100_000))
			return "a sentence", nil
		}}, checks.Check{Name: "none", Func: func(ctx context.Context) (string, error) {
			checks.Output(ctx, func() {})
			return "a sentence", nil
		}})
		const value = `{"queue":"jobs","depth":7,"password":"********"}`
		r := one(t, c, "a")
		wantResult(t, r, collector.StatePassed, value)
		if string(r.Value) != value {
			t.Errorf("value %s, want %s", r.Value, value)
		}
		for _, name := range []string{"huge", "none"} {
			r := one(t, c, name)
			wantResult(t, r, collector.StatePassed, "a sentence")
			if r.Value != nil {
				t.Errorf("%s: value %.20s, want none", name, r.Value)
			}
		}
		fails = true
		time.Sleep(27 * time.Second)
		r = one(t, c, "a")
		wantResult(t, r, collector.StateFailed, "down")
		if string(r.Value) != value {
			t.Errorf("value of a failure %s, want %s", r.Value, value)
		}
	})
}

func TestWhatARunSaysTooLateIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{}, checks.Check{Name: "a", Func: func(ctx context.Context) (string, error) {
			go func() {
				time.Sleep(time.Second)
				checks.Output(ctx, "late")
				checks.Observe(ctx, "late_seconds", 1)
			}()
			return "in time", nil
		}})
		for range 2 {
			r := one(t, c, "a")
			wantResult(t, r, collector.StatePassed, "in time")
			if r.Value != nil || len(r.Values) != 0 {
				t.Errorf("value %s, values %v, want none", r.Value, r.Values)
			}
			time.Sleep(27 * time.Second)
		}
	})
}

func TestSecretsThatATypeAnnouncesAreMasked(t *testing.T) {
	var s subject
	c := newCollector(t, collector.Options{}, s.check("a"), checks.Check{Name: "http", Func: func(ctx context.Context) (string, error) {
		checktype.LearnSecret(ctx, "correct-horse-battery")
		return "the server repeats correct-horse-battery", nil
	}})
	wantResult(t, one(t, c, "http"), collector.StatePassed, "the server repeats "+scrub.Mask)
	if got := c.Scrubber().Text("correct-horse-battery"); got != scrub.Mask {
		t.Errorf("Scrubber() does not know the secret: %s", got)
	}
	mine := scrub.New(scrub.Rules{})
	if got := newCollector(t, collector.Options{Scrubber: mine}).Scrubber(); got != mine {
		t.Error("Scrubber() is not the one of the options")
	}
}

func TestScrubbingIsOutsideOfTimeoutAndDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(4 * time.Second))
		c := newCollector(t, collector.Options{}, s.check("db"))
		c.SetText(func(text string) string {
			time.Sleep(10 * time.Second)
			return text
		})
		r := one(t, c, "db")
		wantResult(t, r, collector.StatePassed, "ok")
		if r.Duration != 4*time.Second {
			t.Errorf("duration %v, want the 4s of the function", r.Duration)
		}
		if age := time.Since(r.Time); age != 10*time.Second {
			t.Errorf("the run ended %v ago, want 10s", age)
		}
	})
}

func TestWaitWaitsForCallsAndHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, release, _ := deaf("deaf")
		c := newCollector(t, collector.Options{OnChange: func(_, _ collector.Result) { time.Sleep(time.Minute) }}, check)
		if err := c.Wait(t.Context()); err != nil {
			t.Errorf("Wait() = %v, want nil while nothing is under way", err)
		}
		report(t, c)
		if err := c.Remove("deaf"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait() = %v, want the error of its context", err)
		}
		go func() {
			time.Sleep(2 * time.Minute)
			close(release)
		}()
		begin := time.Now()
		if err := c.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 2*time.Minute {
			t.Errorf("waited %v, want 2m", took)
		}
	})
}

func TestRunbooksAreURLs(t *testing.T) {
	var s subject
	for runbook, fine := range map[string]bool{
		"": true, "https://wiki.example.org/db": true, "http://x": true,
		"javascript:alert(1)": false, "wiki/db": false, "https://": false, "https://u:p@wiki.example.org": false, "https://x\"onclick": false,
	} {
		check := s.check("a")
		check.Runbook = runbook
		if _, err := collector.New(collector.Options{}, check); (err == nil) != fine {
			t.Errorf("runbook %q: %v", runbook, err)
		}
	}
}

func TestDrainsOfOperatorAndProgramAreIndependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{})
		want := func(draining, by string) {
			t.Helper()
			if r := report(t, c); r.Draining != draining || r.DrainingBy != by {
				t.Errorf("draining %q by %q, want %q by %q", r.Draining, r.DrainingBy, draining, by)
			}
		}
		set := func(d *collector.Drain) {
			t.Helper()
			if err := c.SetDrain(d); err != nil {
				t.Fatal(err)
			}
		}
		set(&collector.Drain{Reason: "a\nlong  reason, password=hunter2 " + strings.Repeat("x", 300), By: "alice"})
		r := report(t, c)
		if len(r.Draining) != 256 || !strings.HasPrefix(r.Draining, "a long reason, ") || strings.Contains(r.Draining, "hunter2") {
			t.Errorf("draining %q, want one clean line of 256 bytes", r.Draining)
		}
		c.Drain(errors.New("shutting down"))
		want(r.Draining, "alice")
		set(nil)
		want("shutting down", "")
		c.Drain(nil)
		want("", "")
		until := time.Now().Add(time.Minute)
		set(&collector.Drain{Until: until})
		want("draining", "")
		wantMetrics(t, c, fmt.Sprintf("healthcheck_drain_end_timestamp_seconds %v", float64(until.UnixNano())/1e9))
		time.Sleep(time.Minute)
		want("", "")
		wantMetrics(t, c, "! healthcheck_drain_end_timestamp_seconds\nhealthcheck_draining 0")
		if err := c.SetDrain(&collector.Drain{Until: time.Now()}); err == nil {
			t.Error("a drain that ends now gave no error")
		}
	})
}

func TestADrainEndsByTheWallClockAfterASuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{})
		jump := c.SetWallClock()
		if err := c.SetDrain(&collector.Drain{Until: time.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		report(t, c)
		jump(time.Hour)
		if r := report(t, c); r.Draining != "" {
			t.Errorf("draining %q an hour later by the wall clock", r.Draining)
		}
		time.Sleep(2 * time.Minute)
	})
}

func TestLabelsOfChecksAreOnCheckInfo(t *testing.T) {
	var s subject
	a, b := s.check("a"), s.check("b")
	a.Labels, a.Severity = map[string]string{"team": "shop"}, checks.SeverityInfo
	b.Labels, b.Optional = map[string]string{"zone": "z\xff"}, true
	c := newCollector(t, collector.Options{}, a, b)
	other := newCollector(t, collector.Options{}, s.check("c"))
	registry := prometheus.NewRegistry()
	prometheus.WrapRegistererWith(prometheus.Labels{"part": "one"}, registry).MustRegister(c)
	prometheus.WrapRegistererWith(prometheus.Labels{"part": "two"}, registry).MustRegister(other)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range families {
		if f.GetName() != "healthcheck_check_info" {
			continue
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			got = append(got, strings.Join(labels, ","))
		}
	}
	slices.Sort(got)
	want := []string{
		"check=a,optional=false,part=one,runbook=,severity=info,tags=,team=shop,type=func,zone=",
		"check=b,optional=true,part=one,runbook=,severity=warning,tags=,team=,type=func,zone=z\uFFFD",
		"check=c,optional=false,part=two,runbook=,severity=critical,tags=,type=func",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var many []checks.Check
	for i := range 17 {
		check := s.check(fmt.Sprint("c", i))
		check.Labels = map[string]string{fmt.Sprint("l", i): "x"}
		many = append(many, check)
	}
	if _, err := collector.New(collector.Options{}, many...); err == nil || err.Error() != "17 names of labels, want at most 16 for all checks together" {
		t.Errorf("New() = %v", err)
	}
}

func TestMetricsSayWhatRunsWaitsAndExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		s.takes.Store(int64(time.Second))
		c := newCollector(t, collector.Options{Concurrency: 2, CollectWait: -1}, s.check("a"), s.check("b"), s.check("c"))
		go func() { _, _ = c.Report(t.Context(), collector.Filter{}) }()
		synctest.Wait()
		wantMetrics(t, c, "healthcheck_checks_running 2\nhealthcheck_checks_waiting 1\n! healthcheck_result_expires_timestamp_seconds")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		expires := one(t, c, "a").Expires
		wantMetrics(t, c, fmt.Sprintf(`
			healthcheck_checks_running 0
			healthcheck_checks_waiting 0
			healthcheck_result_expires_timestamp_seconds{check="a"} %v
		`, float64(expires.UnixNano())/1e9))
	})
}
