package collector_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Results that readers have caused before Run are renewed as all others are: once
// at a random moment of their life, and then in the last tenth of each life, which
// may come before the first life would have ended.
func TestRule06AResultThatIsFreshAtTheStartIsRenewedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		report(t, c)
		s.wantRuns(t, 1)
		defer background(t, c)()
		time.Sleep(27 * time.Second)
		if got := s.runs.Load(); got != 2 && got != 3 {
			t.Errorf("runs = %d, want 2 or 3", got)
		}
	})
}

func TestRule06AfterRunNothingHappensByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db, api, added subject
		dependent := api.check("api")
		dependent.DependsOn = []string{"db"}
		c := newCollector(t, collector.Options{}, db.check("db"), dependent)
		stop := background(t, c)
		db.fails(errDown)
		time.Sleep(time.Minute)
		wantResult(t, one(t, c, "api"), collector.StateSkipped, one(t, c, "api").Output)
		stop()

		runs := db.runs.Load()
		if err := c.Add(added.check("added")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		db.wantRuns(t, runs)
		added.wantRuns(t, 0)
		// A reader insists: a skipped check whose dependency passes again is run.
		db.passes()
		wantResult(t, one(t, c, "db"), collector.StatePassed, "ok")
		wantResult(t, one(t, c, "api"), collector.StatePassed, "ok")
	})
}

// A snapshot that is made anew because another check has a new result has the
// version of the one before: its rendering can be reused.
func TestRule10TheVersionStaysAsLongAsTheResultsDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b subject
		slow := a.check("a")
		slow.SuccessTTL = time.Hour
		c := newCollector(t, collector.Options{}, slow, b.check("b"))
		look := func() collector.Report {
			t.Helper()
			r, err := c.Report(t.Context(), collector.Filter{Names: []string{"a"}})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		report(t, c)
		first := look()
		for range 3 {
			time.Sleep(27 * time.Second)
			report(t, c) // Runs b.
			if again := look(); again.Version != first.Version {
				t.Errorf("version %d, want %d as before", again.Version, first.Version)
			}
		}
		if err := c.Mute("a", collector.Mute{Reason: "being moved", Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if muted := look(); muted.Version == first.Version {
			t.Error("the check is muted, but the version is the same")
		}
	})
}

// What a check waits for its dependency does not count as starving.
func TestACheckWaitsAsLongAsItsChainOfDependenciesMayTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const long = 4 * time.Minute
		var root, middle, leaf subject
		root.takes.Store(int64(long))
		middle.takes.Store(int64(long))
		all := []checks.Check{root.check("root"), middle.check("middle"), leaf.check("leaf")}
		for i := range all {
			all[i].Timeout, all[i].SuccessTTL, all[i].FailedTTL = 5*time.Minute, time.Second, time.Second
			if i > 0 {
				all[i].DependsOn = []string{all[i-1].Name}
			}
		}
		c := newCollector(t, collector.Options{}, all...)
		wantResult(t, one(t, c, "leaf"), collector.StatePassed, "ok")
	})
}
