package httpapi

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A pageFilter is the selection in the URL of the page.
type pageFilter struct{ Text, State, Tag, Label string }

func newPageFilter(query url.Values) pageFilter {
	return pageFilter{Text: query.Get("q"), State: query.Get("state"), Tag: query.Get("tag"), Label: query.Get("label")}
}

// On reports whether the filter is in use.
func (f pageFilter) On() bool { return f != pageFilter{} }

// matches looks for the text in names, outputs, descriptions, tags and labels.
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
	all := strings.Join([]string{
		r.Check, r.Output, r.Warning, r.Description, r.Type, string(r.Reason), strings.Join(r.Tags, " "), strings.Join(labelsOf(r), " "),
	}, "\n")
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
