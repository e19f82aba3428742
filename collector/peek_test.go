package collector_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func peek(t *testing.T, c *collector.Collector) collector.Report {
	t.Helper()
	r, err := c.Peek(collector.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPeekRunsNothingAndWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		wantResult(t, peek(t, c).Results[0], collector.StateUnknown, "not checked yet")
		s.wantRuns(t, 0)
		if got := peek(t, c).Status; got != collector.StatusFailed {
			t.Errorf("%s before the first result, want failed", got)
		}
		seen := report(t, c)
		peeked := peek(t, c)
		wantResult(t, peeked.Results[0], collector.StatePassed, "ok")
		if peeked.Version != seen.Version || peeked.Epoch != seen.Epoch {
			t.Errorf("version %d, epoch %d, want those of Report: %d, %d", peeked.Version, peeked.Epoch, seen.Version, seen.Epoch)
		}
		wantMetrics(t, c, "healthcheck_cache_requests_total{outcome=\"hit\"} 0\nhealthcheck_cache_requests_total{outcome=\"miss\"} 1")
		time.Sleep(time.Minute)
		wantResult(t, peek(t, c).Results[0], collector.StateUnknown, "result of 1m ago expired, run not finished")
		synctest.Wait()
		s.wantRuns(t, 1)
	})
}

func TestPeekShowsTheDrainAndTheFilter(t *testing.T) {
	var a, b subject
	c := newCollector(t, collector.Options{}, a.check("a"), b.check("b"))
	report(t, c)
	c.Drain(errors.New("deploy"))
	r, err := c.Peek(collector.Filter{Names: []string{"b"}})
	if err != nil || len(r.Results) != 1 || r.Results[0].Check != "b" || r.Draining != "deploy" {
		t.Errorf("%+v, %v, want b, drained", r, err)
	}
}

// With the epoch a reader that has the filter of an older set knows that the set
// has been replaced, and that its filter is no longer the right one.
func TestAnUnknownCheckComesWithTheEpochOfItsSet(t *testing.T) {
	var s subject
	c := newCollector(t, collector.Options{}, s.check("old"))
	if err := c.Replace(t.Context(), []checks.Check{s.check("new")}); err != nil {
		t.Fatal(err)
	}
	gone := collector.Filter{Names: []string{"old"}}
	r, err := c.Report(t.Context(), gone)
	if !errors.Is(err, collector.ErrUnknownCheck) || r.Epoch != 2 {
		t.Errorf("Report: epoch %d, %v, want 2, unknown", r.Epoch, err)
	}
	if r, err = c.Peek(gone); !errors.Is(err, collector.ErrUnknownCheck) || r.Epoch != 2 {
		t.Errorf("Peek: epoch %d, %v, want 2, unknown", r.Epoch, err)
	}
}

func TestAMutedCheckDoesNotDelayReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s subject
		c := newCollector(t, collector.Options{}, s.check("db"))
		if c.Ready() {
			t.Error("ready before the first result")
		}
		if err := c.Mute("db", collector.Mute{Reason: "moved", Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if !c.Ready() {
			t.Error("not ready, although the only check is muted")
		}
		if err := c.Unmute("db"); err != nil {
			t.Fatal(err)
		}
	})
}
