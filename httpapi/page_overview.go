package httpapi

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	// maxOpenPassed is how many passed checks are shown without a click, and
	// maxLong how many others are shown with all their facts.
	maxOpenPassed = 20
	maxLong       = 100
	// maxNamed is how many checks the summary names.
	maxNamed = 5
)

// A pageFilter is the selection in the URL of the page.
type pageFilter struct{ Text, State, Tag, Label string }

func newPageFilter(query url.Values) pageFilter {
	return pageFilter{Text: query.Get("q"), State: query.Get("state"), Tag: query.Get("tag"), Label: query.Get("label")}
}

// On reports whether the filter is in use.
func (f pageFilter) On() bool { return f != pageFilter{} }

// matches looks for the text in names, outputs, descriptions and tags.
func (f pageFilter) matches(r *collector.Result) bool {
	if f.State != "" && pageState(r) != f.State || f.Tag != "" && !slices.Contains(r.Tags, f.Tag) {
		return false
	}
	if name, value, _ := strings.Cut(f.Label, "="); f.Label != "" && r.Labels[name] != value {
		return false
	}
	if f.Text == "" {
		return true
	}
	all := strings.Join([]string{r.Check, r.Output, r.Warning, r.Description, r.Type, string(r.Reason), strings.Join(r.Tags, " ")}, "\n")
	return strings.Contains(strings.ToLower(all), strings.ToLower(f.Text))
}

// pageStates are the states in the filter.
func pageStates() []string { return []string{"failed", "warning", "skipped", "unknown", "passed"} }

func pageState(r *collector.Result) string {
	if r.State == collector.StatePassed && r.Warning != "" {
		return "warning"
	}
	return string(r.State)
}

// An overview is the page of all checks.
type overview struct {
	pageFrame
	Status, Class, Sign        string
	Counts, TakesOut, Degrades string
	Filter                     pageFilter
	States, Tags, Labels       []string
	Groups                     []pageGroup
	Passed                     *pageGroup
	Nothing                    string
}

// A pageGroup is a list of checks under a heading.
type pageGroup struct {
	Title       string
	Long, Short []pageCheck
	Collapsed   bool
}

func (p *pages) overview(rep collector.Report, filter pageFilter) overview {
	o := overview{Filter: filter, States: pageStates(), Tags: all(rep, tagsOf), Labels: all(rep, labelsOf)}
	o.summarise(rep)
	o.pageFrame = p.frame(rep, o.shortStatus(rep), "")
	var failed, degraded, skipped, passed []*collector.Result
	waiting := map[string][]*collector.Result{}
	for _, r := range rep.Results {
		switch {
		case !filter.matches(r):
		case len(r.Cause) > 0 && !filter.On():
			waiting[r.Cause[0]] = append(waiting[r.Cause[0]], r)
		case r.State == collector.StateSkipped:
			skipped = append(skipped, r)
		case r.State != collector.StatePassed && r.Counts():
			failed = append(failed, r)
		case r.State != collector.StatePassed || r.Warning != "":
			degraded = append(degraded, r)
		default:
			passed = append(passed, r)
		}
	}
	room := maxLong
	o.group(rep, "Failed", failed, waiting, &room)
	o.group(rep, "Degraded", degraded, waiting, &room)
	for _, r := range rep.Results { // A cause that has just passed is in no group.
		if len(r.Cause) > 0 && slices.Contains(waiting[r.Cause[0]], r) {
			skipped = append(skipped, r)
		}
	}
	o.group(rep, "Skipped", skipped, waiting, &room)
	o.pass(rep, passed)
	switch {
	case len(rep.Results) == 0:
		o.Nothing = "There are no checks."
	case len(failed)+len(degraded)+len(skipped)+len(passed) == 0:
		o.Nothing = "No check matches the filter."
	}
	return o
}

// group adds a group. The first checks of the page are shown with all facts.
func (o *overview) group(rep collector.Report, title string, results []*collector.Result, waiting map[string][]*collector.Result, room *int) {
	if len(results) == 0 {
		return
	}
	g := pageGroup{Title: fmt.Sprintf("%s: %d", title, len(results))}
	for _, r := range results {
		c := newPageCheck(r, rep.Time)
		c.wait(waiting[r.Check], rep.Time)
		if *room > 0 || len(c.Waiting) > 0 {
			*room--
			delete(waiting, r.Check)
			g.Long = append(g.Long, c)
		} else {
			g.Short = append(g.Short, c)
		}
	}
	o.Groups = append(o.Groups, g)
}

func (o *overview) pass(rep collector.Report, results []*collector.Result) {
	if len(results) == 0 {
		return
	}
	o.Passed = &pageGroup{Title: fmt.Sprintf("Passed: %d", len(results)), Collapsed: len(results) > maxOpenPassed && !o.Filter.On()}
	for _, r := range results {
		o.Passed.Short = append(o.Passed.Short, newPageCheck(r, rep.Time))
	}
}

// summarise fills in the summary at the top.
func (o *overview) summarise(rep collector.Report) {
	var out, degrading []string
	failed, waiting := 0, 0
	for _, r := range rep.Results {
		switch r.State {
		case collector.StateFailed:
			failed++
		case collector.StatePassed:
		default:
			waiting++
		}
		switch {
		case r.State == collector.StatePassed && r.Warning == "":
		case r.State == collector.StatePassed || !r.Counts():
			degrading = append(degrading, r.Check)
		default:
			out = append(out, r.Check)
		}
	}
	o.Status, o.Class, o.Sign = string(rep.Status), "pass", "✓"
	switch {
	case rep.Draining != "":
		o.Status, o.Class, o.Sign = "drained", "fail", "✕"
	case rep.Status == collector.StatusFailed:
		o.Class, o.Sign = "fail", "✕"
	case rep.Status == collector.StatusDegraded:
		o.Class, o.Sign = "warn", "!"
	}
	o.Counts = fmt.Sprintf("%d of %d fail", failed, len(rep.Results))
	if failed == 0 {
		o.Counts = fmt.Sprintf("none of %d fails", len(rep.Results))
	}
	if waiting > 0 {
		o.Counts += fmt.Sprintf(", %d wait", waiting)
	}
	o.TakesOut, o.Degrades = some(out), some(degrading)
}

// shortStatus is the beginning of the title: "2 fail", "degraded".
func (o *overview) shortStatus(rep collector.Report) string {
	failed := 0
	for _, r := range rep.Results {
		if r.State == collector.StateFailed {
			failed++
		}
	}
	if failed > 0 && rep.Draining == "" {
		return fmt.Sprintf("%d fail", failed)
	}
	return o.Status
}

// some lists the first names.
func some(names []string) string {
	if len(names) <= maxNamed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), len(names)-maxNamed)
}

// all returns the values of a property over all checks, sorted.
func all(rep collector.Report, of func(*collector.Result) []string) []string {
	found := map[string]bool{}
	for _, r := range rep.Results {
		for _, one := range of(r) {
			found[one] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func tagsOf(r *collector.Result) []string { return r.Tags }

// labelsOf returns labels in the form that the filter uses: name=value.
func labelsOf(r *collector.Result) []string {
	labels := make([]string, 0, len(r.Labels))
	for name, value := range r.Labels {
		labels = append(labels, name+"="+value)
	}
	slices.Sort(labels)
	return labels
}
