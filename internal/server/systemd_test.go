package server_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

// told is what systemd was told, and when.
type told struct {
	mu    sync.Mutex
	begin time.Time
	all   []message
}

type message struct {
	after time.Duration
	text  string
}

func (l *told) add(messages []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		l.all = append(l.all, message{time.Since(l.begin), m})
	}
}

// of returns when the messages that begin with prefix were told.
func (l *told) of(prefix string) (times []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.all {
		if strings.HasPrefix(m.text, prefix) {
			times = append(times, m.after)
		}
	}
	return times
}

// statuses returns the texts of all statuses.
func (l *told) statuses() (texts []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.all {
		if text, is := strings.CutPrefix(m.text, "STATUS="); is {
			texts = append(texts, text)
		}
	}
	return texts
}

// A gate is a context of a collector's Run that can hold up its scheduler.
type gate struct {
	context.Context
	closed chan chan struct{} // holds the channel that opens the gate
}

func (g gate) Done() <-chan struct{} {
	select {
	case open := <-g.closed:
		<-open
	default:
	}
	return g.Context.Done()
}

// hold makes the scheduler stand still at its next step, until release is called.
func (g gate) hold() (release func()) {
	open := make(chan struct{})
	g.closed <- open
	return func() { close(open) }
}

// notified runs a collector of checks in the background and records the messages
// for systemd.
func notified(t *testing.T, o collector.Options, watchdog time.Duration, cs ...checks.Check) (*collector.Collector, *told, gate) {
	t.Helper()
	c, err := collector.New(o, cs...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	g := gate{ctx, make(chan chan struct{}, 1)}
	l := &told{begin: time.Now()}
	var all sync.WaitGroup
	all.Go(func() { _ = c.Run(g) })
	all.Go(func() {
		server.Notify(ctx, c, func(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }, watchdog, l.add)
	})
	t.Cleanup(func() {
		stop()
		all.Wait()
		time.Sleep(10 * time.Minute) // Runs under way end before the test's time does.
	})
	return c, l, g
}

// taking is a check that takes some time, and passes.
func taking(name string, d time.Duration) checks.Check {
	return checks.Check{Name: name, Timeout: 5 * time.Minute, Func: func(ctx context.Context) (string, error) {
		select {
		case <-time.After(d):
			return "ok", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}}
}

func optional(c checks.Check) checks.Check {
	c.Optional = true
	return c
}

func TestReadyIsToldWhenEachCheckThatCountsHasAResult(t *testing.T) {
	for _, test := range []struct {
		name   string
		o      collector.Options
		checks []checks.Check
		want   time.Duration
	}{
		{"at once without checks", collector.Options{}, nil, 0},
		{"with the last result", collector.Options{}, []checks.Check{taking("a", time.Second), taking("b", 3*time.Second)}, 3 * time.Second},
		{"not waiting for optional checks", collector.Options{}, []checks.Check{taking("a", time.Second), optional(taking("b", 3*time.Second))}, time.Second},
		{"after startup_wait at the latest", collector.Options{}, []checks.Check{taking("a", 4*time.Minute)}, 5 * time.Second},
		{"after a long startup_wait", collector.Options{StartupWait: 3 * time.Minute}, []checks.Check{taking("a", 4*time.Minute)}, 3 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, l, _ := notified(t, test.o, 0, test.checks...)
				time.Sleep(5 * time.Minute)
				times := l.of("READY=1")
				if len(times) != 1 || times[0] < test.want || times[0] > test.want+100*time.Millisecond {
					t.Errorf("ready after %v, want once after %v", times, test.want)
				}
				// Systemd gives up after the last extension.
				last := time.Duration(0)
				for _, at := range append(l.of("EXTEND_TIMEOUT_USEC=30000000"), times...) {
					if at-last > 6*time.Second {
						t.Errorf("systemd heard nothing from %v to %v", last, at)
					}
					last = at
				}
			})
		})
	}
}

func TestTheStatusIsToldWhenItChangesAndAtMostOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := false
		flapping := checks.Check{Name: "redis", SuccessTTL: 100 * time.Millisecond, FailedTTL: 100 * time.Millisecond, Func: func(context.Context) (string, error) {
			if fails = !fails; fails {
				return "", errors.New("connection refused")
			}
			return "ok", nil
		}}
		c, l, _ := notified(t, collector.Options{}, 0, flapping, taking("db", time.Second))
		time.Sleep(time.Minute)
		times := l.of("STATUS=")
		for i := 1; i < len(times); i++ {
			if times[i]-times[i-1] < time.Second {
				t.Errorf("told after %v and after %v", times[i-1], times[i])
			}
		}
		texts := l.statuses()
		for i := 1; i < len(texts); i++ {
			if texts[i] == texts[i-1] {
				t.Errorf("told twice: %s", texts[i])
			}
		}
		for _, want := range []string{"2 of 2 passed", "1 of 2 passed, redis fails"} {
			if !slices.Contains(texts, want) {
				t.Errorf("%q, want one of them to be %q", texts, want)
			}
		}
		c.Drain(errors.New("password hunter2"))
		time.Sleep(3 * time.Second)
		if texts := l.statuses(); !strings.HasPrefix(texts[len(texts)-1], "draining: password ***; ") {
			t.Errorf("drained, and told %q", texts[len(texts)-1])
		}
	})
}

func TestALongStartHasAStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, _ := notified(t, collector.Options{StartupWait: 3 * time.Minute}, 0, taking("a", 100*time.Millisecond), taking("b", 4*time.Minute))
		time.Sleep(10 * time.Second)
		if texts := l.statuses(); len(l.of("READY=1")) > 0 || !slices.Equal(texts, []string{"1 of 2 passed, 1 not known"}) {
			t.Errorf("told %q before it is ready, want what is known so far", texts)
		}
	})
}

func TestAChangeRightAfterAStatusIsToldASecondLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l, _ := notified(t, collector.Options{}, 0, taking("a", time.Second))
		time.Sleep(10*time.Second + time.Millisecond)
		c.Drain(errors.New("first"))
		for told := len(l.of("STATUS=")); len(l.of("STATUS=")) == told; {
			time.Sleep(time.Millisecond)
		}
		c.Drain(errors.New("second"))
		time.Sleep(5 * time.Second)
		texts, times := l.statuses(), l.of("STATUS=")
		n := len(times)
		if !strings.HasPrefix(texts[n-2], "draining: first; ") || !strings.HasPrefix(texts[n-1], "draining: second; ") || times[n-1]-times[n-2] != time.Second {
			t.Errorf("told %q after %v, want both drains with a second between them", texts, times)
		}
	})
}

func TestTheSchedulerFeedsTheWatchdog(t *testing.T) {
	for _, watchdog := range []time.Duration{30 * time.Second, 2 * time.Second, 10 * time.Minute} {
		t.Run(watchdog.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, l, g := notified(t, collector.Options{}, watchdog, taking("a", time.Second))
				time.Sleep(3 * watchdog)
				fed := l.of("WATCHDOG=1")
				for i := 1; i < len(fed); i++ {
					if fed[i]-fed[i-1] > watchdog/2 {
						t.Errorf("not fed from %v to %v", fed[i-1], fed[i])
					}
				}
				if len(fed) < 3 {
					t.Fatalf("fed at %v only", fed)
				}
				held := time.Since(l.begin)
				release := g.hold()
				time.Sleep(2*watchdog + time.Minute)
				fed = l.of("WATCHDOG=1")
				// It stood still, at the earliest, when it was last seen to move.
				if last := fed[len(fed)-1]; last > held+max(watchdog/2, 10*time.Second)+7*time.Second {
					t.Errorf("the scheduler stands still since %v, and the watchdog was fed at %v", held, last)
				}
				if silent := time.Since(l.begin) - fed[len(fed)-1]; silent < watchdog {
					t.Errorf("systemd heard nothing for %v, want more than %v", silent, watchdog)
				}
				n := len(fed)
				release()
				time.Sleep(watchdog + 10*time.Second)
				if len(l.of("WATCHDOG=1")) == n {
					t.Error("the scheduler moves again, and the watchdog is not fed")
				}
			})
		})
	}
}

func TestWithoutAWatchdogNothingIsFed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, _ := notified(t, collector.Options{}, 0, taking("a", time.Second))
		time.Sleep(time.Minute)
		if fed := l.of("WATCHDOG=1"); len(fed) > 0 {
			t.Errorf("fed at %v", fed)
		}
	})
}

func TestASummaryNamesWhatFails(t *testing.T) {
	result := func(name string, state collector.State) *collector.Result {
		return &collector.Result{Check: name, State: state}
	}
	up := result("up", collector.StatePassed)
	down := func(name string) *collector.Result { return result(name, collector.StateFailed) }
	lesser := down("search")
	lesser.Optional = true
	muted := down("mail")
	muted.Muted = &collector.Mute{Reason: "moved"}
	for want, report := range map[string]collector.Report{
		"no checks":                  {},
		"2 of 2 passed":              {Results: []*collector.Result{up, up}},
		"1 of 2 passed, redis fails": {Results: []*collector.Result{up, down("redis")}},
		"1 of 3 passed, redis fails": {Results: []*collector.Result{result("behind", collector.StateSkipped), up, down("redis")}},
		"0 of 2 passed, a and b fail": {
			Results: []*collector.Result{down("a"), down("b")}},
		"0 of 3 passed, a, b and c fail":                                             {Results: []*collector.Result{down("a"), down("b"), down("c")}},
		"0 of 5 passed, a, b and 3 more fail":                                        {Results: []*collector.Result{down("a"), down("b"), down("c"), down("d"), down("e")}},
		"0 of 3 passed, redis, search (optional) and mail (muted) fail":              {Results: []*collector.Result{lesser, muted, down("redis")}},
		"1 of 2 passed, 1 not known":                                                 {Results: []*collector.Result{up, result("slow", collector.StateUnknown)}},
		"draining: deploy; 1 of 2 passed, redis fails":                               {Draining: "deploy", Results: []*collector.Result{up, down("redis")}},
		"draining: deploy; no checks":                                                {Draining: "deploy"},
		"0 of 4 passed, redis, search (optional) and mail (muted) fail, 1 not known": {Results: []*collector.Result{lesser, muted, down("redis"), result("slow", collector.StateUnknown)}},
	} {
		if got := server.Summary(report); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
