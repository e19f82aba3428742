package collector_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestPrepareChangesNothingUntilCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var before, after subject
		c := newCollector(t, collector.Options{}, before.check("before"))
		if got := report(t, c).Epoch; got != 1 {
			t.Errorf("epoch %d after New, want 1", got)
		}
		for _, commit := range []bool{false, true} {
			change, err := c.Prepare(t.Context(), []checks.Check{after.check("after")}, collector.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := change.Epoch(); got != 2 {
				t.Errorf("Change.Epoch() = %d, want 2", got)
			}
			if r := report(t, c); r.Epoch != 1 || r.Results[0].Check != "before" {
				t.Errorf("epoch %d, check %s before the commit, want 1 and before", r.Epoch, r.Results[0].Check)
			}
			if commit {
				change.Commit()
			} else {
				change.Abort()
			}
		}
		r := report(t, c)
		if r.Epoch != 2 || r.Results[0].Check != "after" {
			t.Errorf("epoch %d, check %s after the commit, want 2 and after", r.Epoch, r.Results[0].Check)
		}
		after.wantRuns(t, 2)
	})
}

func TestPrepareRejectsInvalidChecksAndLimits(t *testing.T) {
	var s subject
	c := newCollector(t, collector.Options{})
	_, err := c.Prepare(t.Context(), []checks.Check{s.check("a"), s.check("a"), s.check("b"), s.check("b")}, collector.Limits{Concurrency: -1})
	want := "concurrency -1, want at least 1\ncheck \"a\": the name is taken\ncheck \"b\": the name is taken"
	if err == nil || err.Error() != want || !errors.Is(err, collector.ErrNameTaken) {
		t.Errorf("Prepare() = %v, want %s", err, want)
	}
	s.wantRuns(t, 0)
}

func TestTwoCollectorsShareNoVersion(t *testing.T) {
	var s subject
	a, b := newCollector(t, collector.Options{}, s.check("a")), newCollector(t, collector.Options{}, s.check("a"))
	seen := map[uint64]bool{}
	for range 3 {
		for _, c := range []*collector.Collector{a, b} {
			v := report(t, c).Version
			if v == 0 || seen[v] {
				t.Errorf("version %d is zero or there already", v)
			}
			seen[v] = true
			c.Drain(errDown)
			c.Drain(nil)
			if err := c.Replace(t.Context(), []checks.Check{s.check("a")}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
