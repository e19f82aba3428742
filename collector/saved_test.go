package collector_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// names returns the checks whose results are in s.
func names(s collector.Saved) (all []string) {
	for _, r := range s.Results {
		all = append(all, r.Check)
	}
	return all
}

func TestStateSinceHasOnlyWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		c := newCollector(t, collector.Options{}, keyed(a.check("a"), "1"), keyed(b.check("b"), "1"))
		report(t, c)
		s, mark := c.StateSince(collector.Mark{})
		if !slices.Equal(names(s), []string{"a", "b"}) || !s.Complete || len(s.Transitions) != 2 {
			t.Errorf("at first %v, complete %v, %d histories", names(s), s.Complete, len(s.Transitions))
		}
		if s, _ := c.StateSince(mark); len(s.Results) != 0 || s.Complete || len(s.Transitions) != 0 {
			t.Errorf("without anything new: %v, complete %v", names(s), s.Complete)
		}
		time.Sleep(27 * time.Second)
		one(t, c, "b")
		mute(t, c, "a", muteFor(time.Hour)) // Decisions are always there.
		for range 2 {
			s, _ = c.StateSince(mark)
			if !slices.Equal(names(s), []string{"b"}) || s.Complete || len(s.Mutes) != 1 {
				t.Errorf("after a run of b: %v, complete %v, %d mutes", names(s), s.Complete, len(s.Mutes))
			}
		}
		_, mark = c.StateSince(mark)
		if err := c.Add(keyed(a.check("c"), "1")); err != nil {
			t.Fatal(err)
		}
		if s, _ := c.StateSince(mark); !slices.Equal(names(s), []string{"a", "b"}) || !s.Complete {
			t.Errorf("after Add: %v, complete %v", names(s), s.Complete)
		}
	})
}

// A result that was published before its definition is committed must not be
// missed.
func TestStateSinceHasTheFirstResultsOfAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		c := newCollector(t, collector.Options{}, keyed(a.check("a"), "1"))
		report(t, c)
		ch, err := c.Prepare(t.Context(), []checks.Check{keyed(b.check("b"), "1")}, collector.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		_, mark := c.StateSince(collector.Mark{})
		ch.Commit()
		if s, _ := c.StateSince(mark); !slices.Equal(names(s), []string{"b"}) {
			t.Errorf("results of %v, want b", names(s))
		}
	})
}

func TestRule16CausesAndValuesSurvive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, app subject
		db.fails(errDown)
		valued := checks.Check{Name: "valued", Fingerprint: "1", Func: func(ctx context.Context) (string, error) {
			checks.Output(ctx, map[string]int{"n": 1})
			return "", nil
		}}
		all := []checks.Check{keyed(db.check("db"), "1"), withDeps(keyed(app.check("app"), "1"), "db"), valued}
		c := newCollector(t, collector.Options{}, all...)
		before := report(t, c)
		after := report(t, restart(t, c, collector.Options{}, time.Second, all...))
		for i, r := range after.Results {
			b := before.Results[i]
			if !slices.Equal(r.Cause, b.Cause) || string(r.Value) != string(b.Value) || r.Output != b.Output {
				t.Errorf("%s: cause %v, value %s, output %q, want %v, %s, %q", r.Check, r.Cause, r.Value, r.Output, b.Cause, b.Value, b.Output)
			}
		}
		if !json.Valid(after.Results[2].Value) || len(after.Results[1].Cause) != 1 {
			t.Errorf("value %s, cause %v", after.Results[2].Value, after.Results[1].Cause)
		}
		time.Sleep(time.Second)
	})
}

// A restored result that is too old is like none: readers wait for the first run
// as long as they do at any other start.
func TestRule16ReadersWaitForTheFirstRunIfTheStoredResultIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		check := keyed(s.check("db"), "1")
		options := collector.Options{MaxWait: time.Second}
		before := newCollector(t, options, check)
		report(t, before)
		s.takes.Store(int64(4700 * time.Millisecond))
		c := restart(t, before, options, time.Hour, check)
		stop := background(t, c)
		defer stop()
		if c.Ready() {
			t.Error("ready with a result that nobody may see")
		}
		if got := answeredAfter(t, c); got != 4700*time.Millisecond {
			t.Errorf("answered after %v, want the 4.7s of the first run", got)
		}
		if !c.Ready() {
			t.Error("not ready after the first run")
		}
	})
}

func TestTheFirstResultAfterARestartIsATransitionOnlyIfTheStateIsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db")) // Without a fingerprint: its result is not restored.
		report(t, c)
		c = restart(t, c, collector.Options{}, time.Second, s.check("db"))
		report(t, c)
		if got := c.Transitions("db"); len(got) != 1 {
			t.Errorf("%d transitions, want the previous one", len(got))
		}
		s.fails(errDown)
		c = restart(t, c, collector.Options{}, time.Second, s.check("db"))
		report(t, c)
		if got := c.Transitions("db"); len(got) != 2 || got[1].State != collector.StateFailed {
			t.Errorf("transitions %+v, want passed and failed", got)
		}
	})
}

func TestTheEndOfADrainAndOfAMuteIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		var mu sync.Mutex
		var lines strings.Builder
		logger := log.LoggerFunc(func(keyvals ...any) error {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintln(&lines, keyvals...)
			return nil
		})
		c := newCollector(t, collector.Options{Logger: logger}, s.check("db"), s.check("other"))
		report(t, c)
		set := func(d *collector.Drain) {
			t.Helper()
			if err := c.SetDrain(d); err != nil {
				t.Fatal(err)
			}
		}
		soon := func(reason string) *collector.Drain {
			return &collector.Drain{Reason: reason, By: "alice", Until: time.Now().Add(time.Minute)}
		}
		set(soon("undone"))
		set(nil)
		set(soon("replaced"))
		set(soon("deploy"))
		mute(t, c, "db", muteFor(time.Minute))
		mute(t, c, "other", muteFor(time.Minute))
		if err := c.Unmute("other"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		got := lines.String()
		if strings.Count(got, "drain ended") != 1 || !strings.Contains(got, "msg drain ended reason deploy by alice") ||
			strings.Count(got, "mute ended") != 1 || !strings.Contains(got, "msg mute ended check db reason maintenance by alice") {
			t.Errorf("log:\n%s", got)
		}
		if s := c.State(); s.Drain != nil || len(s.Mutes) != 0 {
			t.Errorf("drain %v, mutes %v after their end", s.Drain, s.Mutes)
		}
	})
}

// The monotonic clock of a restored result is below zero.
func TestRule16ARestoredResultExpiresByBothClocksAndSurvivesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		check := keyed(s.check("db"), "1")
		c := newCollector(t, collector.Options{}, check)
		report(t, c)
		for range 3 {
			c = restart(t, c, collector.Options{}, 5*time.Second, check)
			if r := c.State().Results[0]; r.TTL != 27*time.Second {
				t.Fatalf("a TTL of %v, want 27s", r.TTL)
			}
		}
		saved := c.State()
		c = newCollector(t, collector.Options{Restore: &saved}, check)
		c.SetWallClock()(-time.Hour) // It must expire by the other clock.
		time.Sleep(12 * time.Second)
		report(t, c)
		synctest.Wait()
		s.wantRuns(t, 2)
	})
}
