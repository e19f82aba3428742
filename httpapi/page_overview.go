package httpapi

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	// maxOpenPassed is how many passed checks are shown without a click, and
	// maxLong how many others are shown with all their facts.
	maxOpenPassed = 20
	maxLong       = 60
	// maxNamed is how many checks the summary names.
	maxNamed = 5
	// maxUnfiltered is how many checks are found without a filter.
	maxUnfiltered = 5
)

// An overview is the page of all checks.
type overview struct {
	pageFrame
	summary
	Filter               pageFilter
	Filterable           bool
	States, Tags, Labels []string
	Groups               []pageGroup
	Passed               *pageGroup
	Nothing              string
	Asking               []pagePoller
	Fleet                []pageQuery

	pages     *pages
	report    collector.Report
	trusted   bool
	waiting   map[string][]*collector.Result // skipped checks that no group shows yet, by their first cause
	elsewhere map[string]int                 // how many checks wait for a cause that is not their first
	first     *collector.Result              // the check that has failed for the longest time
	room      int                            // for checks with all their facts
}

// A pageGroup is a list of checks under a heading.
type pageGroup struct {
	Title       string
	Long, Short []pageCheck
	Collapsed   bool
}

func (p *pages) overview(rep collector.Report, req *http.Request) *overview {
	o := &overview{
		summary: summarise(rep), Filter: newPageFilter(req.URL.Query()),
		States: pageStates(), Tags: all(rep, tagsOf), Labels: all(rep, labelsOf), Fleet: p.fleet(),
		pages: p, report: rep, trusted: p.trusted(req), waiting: map[string][]*collector.Result{}, elsewhere: map[string]int{}, first: firstFailed(rep.Results), room: maxLong,
	}
	o.Filterable = len(rep.Results) > maxUnfiltered || o.Filter.On()
	o.pageFrame = p.frame(rep, o.short, "")
	if o.trusted {
		o.Asking = p.asking(rep.Time)
	}
	o.sort()
	return o
}

// sort shares the checks out to the groups.
func (o *overview) sort() {
	var failed, degraded, unknown, skipped, passed []*collector.Result
	for _, r := range o.report.Results {
		switch {
		case !o.Filter.matches(r):
		case len(r.Cause) > 0 && !o.Filter.On():
			o.waiting[r.Cause[0]] = append(o.waiting[r.Cause[0]], r)
			for _, cause := range r.Cause[1:] {
				o.elsewhere[cause]++
			}
		case r.State == collector.StateSkipped:
			skipped = append(skipped, r)
		case r.State == collector.StateUnknown:
			unknown = append(unknown, r)
		case r.State != collector.StatePassed && r.Counts():
			failed = append(failed, r)
		case r.State != collector.StatePassed || r.Warning != "":
			degraded = append(degraded, r)
		default:
			passed = append(passed, r)
		}
	}
	o.group("Failed", failed)
	o.group("Degraded", degraded)
	o.group("Without a fresh result", unknown)
	for _, r := range o.report.Results { // A cause that has just passed is in no group.
		if len(r.Cause) > 0 && slices.Contains(o.waiting[r.Cause[0]], r) {
			skipped = append(skipped, r)
		}
	}
	o.group("Skipped", skipped)
	o.pass(passed)
	switch {
	case len(o.report.Results) == 0:
		o.Nothing = "There are no checks."
	case len(failed)+len(degraded)+len(unknown)+len(skipped)+len(passed) == 0:
		o.Nothing = "No check matches the filter."
	}
}

// group adds a group. The first checks of the page are shown with all facts.
func (o *overview) group(title string, results []*collector.Result) {
	if len(results) == 0 {
		return
	}
	g := pageGroup{Title: fmt.Sprintf("%s: %d", title, len(results))}
	for _, r := range results {
		if o.room <= 0 && len(o.waiting[r.Check]) == 0 {
			g.Short = append(g.Short, newPageCheck(r))
			continue
		}
		o.room--
		g.Long = append(g.Long, o.card(r))
	}
	o.Groups = append(o.Groups, g)
}

// card returns a check with all its facts.
func (o *overview) card(r *collector.Result) pageCheck {
	c := newPageCheck(r)
	c.describe(r, o.report.Time)
	c.wait(o.waiting[r.Check], o.elsewhere[r.Check])
	delete(o.waiting, r.Check)
	c.ByHand = o.pages.byHand(r, o.trusted)
	c.Strip = newStrip(o.pages.known.runs(r.Check))
	if r == o.first {
		c.Before = o.pages.before(r.Since)
	}
	return c
}

func (o *overview) pass(results []*collector.Result) {
	if len(results) == 0 {
		return
	}
	o.Passed = &pageGroup{Title: fmt.Sprintf("Passed: %d", len(results)), Collapsed: len(results) > maxOpenPassed && !o.Filter.On()}
	for _, r := range results {
		o.Passed.Short = append(o.Passed.Short, newPageCheck(r))
	}
}
