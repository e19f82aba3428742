package httpapi_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// One line of the summary for each cause, however many checks wait for it.
func TestTheSummaryNamesCausesAndNotWhatWaitsForThem(t *testing.T) {
	down := func(name string) *collector.Result { return failed(name, "connection refused") }
	optional := func(r *collector.Result) *collector.Result { r.Optional = true; return r }
	muted := func(r *collector.Result) *collector.Result { r.Muted = &collector.Mute{Reason: "moving"}; return r }
	waits := func(name string, causes ...string) *collector.Result {
		r := failed(name, "skipped")
		r.State, r.Reason, r.Cause = collector.StateSkipped, checks.ReasonSkipped, causes
		return r
	}
	warns := passed("disk")
	warns.Warning = "full"
	for name, c := range map[string]struct {
		results               []*collector.Result
		counts, out, degrades string
	}{
		"a chain": {[]*collector.Result{waits("app", "db"), waits("api", "db"), down("db"), passed("ok")}, "1 of 4 fails, 2 wait", "db", ""},
		"a diamond over two causes": {[]*collector.Result{waits("a", "x", "y"), down("x"), down("y"), waits("b", "y")},
			"2 of 4 fail, 2 wait", "x, y", ""},
		"more causes than names are shown": {[]*collector.Result{
			down("a"), waits("1", "a"), down("b"), waits("2", "a"), down("c"), down("d"), waits("3", "a"), down("e"), down("f"), down("g"),
		}, "7 of 10 fail, 3 wait", "a, b, c, d, e and 2 more", ""},
		"an optional cause of a check that counts": {[]*collector.Result{optional(down("search")), waits("shop", "search"), optional(waits("map", "search"))},
			"1 of 3 fails (1 optional), 2 wait", "shop", "search"},
		"optional and muted failures": {[]*collector.Result{optional(down("a")), muted(down("b")), warns}, "2 of 3 fail (1 optional, 1 muted), 1 warns", "", "a, b, disk"},
		"a muted failure":             {[]*collector.Result{muted(down("a")), passed("b")}, "1 of 2 fails (1 muted)", "", "a"},
		"a cause that has passed":     {[]*collector.Result{passed("db"), waits("app", "db")}, "none of 2 fails, 1 waits", "app", ""},
		"one check":                   {[]*collector.Result{passed("a")}, "1 check passes", "", ""},
		"two checks":                  {[]*collector.Result{passed("a"), passed("b")}, "all 2 checks pass", "", ""},
		"no checks":                   {nil, "no checks", "", ""},
	} {
		f := &fake{report: collector.Report{Status: collector.StatusFailed, Results: c.results}}
		body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body
		listed := func(after string) string {
			_, list, _ := strings.Cut(body, after)
			list, _, _ = strings.Cut(list, "</p>")
			return strings.TrimSpace(regexp.MustCompile("<[^>]*>").ReplaceAllString(list, ""))
		}
		out, degrades := "", ""
		if strings.Contains(body, "Takes this instance out:") {
			out = listed("Takes this instance out:")
		}
		if strings.Contains(body, "Only degrades:") {
			degrades = listed("Only degrades:")
		}
		if counts := listed(`<p class="counts">`); counts != c.counts || out != c.out || degrades != c.degrades {
			t.Errorf("%s: %q, out %q, degrades %q, want %q, %q, %q", name, counts, out, degrades, c.counts, c.out, c.degrades)
		}
	}
}

// The colour of a card says what the check does to the instance, its sign and
// word what the check itself does.
func TestAFailureThatOnlyDegradesHasTheColourOfAWarning(t *testing.T) {
	f := &fake{report: pageReport()}
	body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body
	for _, want := range []string{
		`<article class="card fail">` + "\n" + `<header><h3><span class="sign fail" aria-hidden="true">✕</span><a id="c:db" href="checks/db">db</a> <span class="fail">failed</span></h3>`,
		`<article class="card warn">` + "\n" + `<header><h3><span class="sign fail" aria-hidden="true">✕</span><a id="c:search" href="checks/search">search</a> <span class="fail">failed</span> <span class="dim">optional</span></h3>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, belowTheStyle(body))
		}
	}
}

func TestFewChecksNeedNoFilter(t *testing.T) {
	for n, want := range map[int]bool{5: false, 6: true} {
		f := &fake{report: manyPassed(n)}
		if body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body; strings.Contains(body, `role="search"`) != want {
			t.Errorf("%d checks: filter %t, want %t", n, !want, want)
		}
		if body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/?q=x").body; !strings.Contains(body, `role="search"`) {
			t.Errorf("%d checks: no way back from a filter", n)
		}
	}
}

// A check with two causes stands below the first; the second counts it too.
func TestEachCauseCountsAllChecksThatWaitForIt(t *testing.T) {
	waits := func(name string, causes ...string) *collector.Result {
		r := failed(name, "skipped")
		r.State, r.Reason, r.Cause = collector.StateSkipped, checks.ReasonSkipped, causes
		return r
	}
	f := &fake{report: collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{
		failed("x", "down"), failed("y", "down"), failed("z", "down"), waits("a", "x", "y"), waits("b", "y"), waits("c", "x", "y", "z"),
	}}}
	body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body
	for _, want := range []string{
		"x fails; 2 checks wait for it<", "y fails; 3 checks wait for it, 2 of them with another cause<", "<p>z fails; 1 check waits for it, shown with another cause</p>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, belowTheStyle(body))
		}
	}
}

func TestThePageOfACheckLeavesOutTheMutesOfOthers(t *testing.T) {
	s := nineChecks()
	s.report.Results[0].Muted = &collector.Mute{Reason: "moving"}
	h := httpapi.CheckPage(s, "/checks", sceneOptions())
	for check, want := range map[string]bool{"postgres": true, "orders": false} {
		if body := get(t, h, "/checks/"+check).body; strings.Contains(body, "postgres is muted") != want {
			t.Errorf("%s: banner %t, want %t", check, !want, want)
		}
	}
}
