package collector_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func namesOf(results []*collector.Result) (names []string) {
	for _, r := range results {
		names = append(names, r.Check)
	}
	return names
}

func prepare(t *testing.T, c *collector.Collector, cs ...checks.Check) *collector.Change {
	t.Helper()
	ch, err := c.Prepare(t.Context(), cs, collector.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.Abort)
	return ch
}

func TestAPreparedChangeShowsItsFirstResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var same, changed, added subject
		c := newCollector(t, collector.Options{}, keyed(same.check("same"), "1"), keyed(changed.check("changed"), "1"))
		report(t, c)
		added.fails(errDown)
		ch := prepare(t, c, keyed(added.check("added"), "1"), keyed(same.check("same"), "1"), keyed(changed.check("changed"), "2"))
		first := ch.FirstResults()
		if got := namesOf(first); !slices.Equal(got, []string{"added", "changed"}) {
			t.Fatalf("first results of %v, want of added and changed", got)
		}
		wantResult(t, first[0], collector.StateFailed, "down")
		wantResult(t, first[1], collector.StatePassed, "ok")
		same.wantRuns(t, 1)
	})
}

func TestAPreparedChangeSaysWhatWouldFailTheWhole(t *testing.T) {
	for name, test := range map[string]struct {
		before func(c *collector.Collector, good *subject)
		edit   func(good, bad *checks.Check)
		want   []string
	}{
		"a new check fails":               {want: []string{"bad"}},
		"an optional one fails":           {edit: func(_, bad *checks.Check) { bad.Optional = true }},
		"what depends on it, too":         {edit: func(good, _ *checks.Check) { good.DependsOn, good.Fingerprint = []string{"bad"}, "2" }, want: []string{"good", "bad"}},
		"drained now":                     {before: func(c *collector.Collector, _ *subject) { c.Drain(errDown) }, want: []string{"bad"}},
		"the whole fails now":             {before: func(_ *collector.Collector, good *subject) { good.fails(errDown) }},
		"what is muted changes and fails": {edit: func(_, bad *checks.Check) { bad.Name = "muted"; bad.Fingerprint = "2" }},
		"what was optional counts":        {edit: func(_, bad *checks.Check) { bad.Name = "soft" }, want: []string{"soft"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var good, bad subject
				bad.fails(errDown)
				muted, soft := keyed(bad.check("muted"), "1"), keyed(bad.check("soft"), "1")
				soft.Optional = true
				c := newCollector(t, collector.Options{}, keyed(good.check("good"), "1"), muted, soft)
				if err := c.Mute("muted", collector.Mute{Reason: "x", Until: time.Now().Add(time.Hour)}); err != nil {
					t.Fatal(err)
				}
				if test.before != nil {
					test.before(c, &good)
				}
				report(t, c)
				next, failing := keyed(good.check("good"), "1"), keyed(bad.check("bad"), "1")
				if test.edit != nil {
					test.edit(&next, &failing)
				}
				ch := prepare(t, c, next, failing)
				if got := namesOf(ch.WouldFail()); !slices.Equal(got, test.want) {
					t.Errorf("WouldFail() = %v, want %v", got, test.want)
				}
			})
		})
	}
}
