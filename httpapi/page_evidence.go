package httpapi

import (
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A pageEvidence is what one failed run has left behind.
type pageEvidence struct {
	Title string
	Said  string
	At    *pageMoment
	Rows  []pageRow
}

// newEvidence returns the records of the first failed run of an outage and of the
// last one, without those that recorded nothing.
func newEvidence(last, first *checks.Evidence) (all []pageEvidence) {
	add := func(title string, e *checks.Evidence) {
		if !e.Recorded() {
			return
		}
		shown := pageEvidence{Title: title, Said: e.Output, At: moment(e.Time, e.Time)}
		for _, line := range e.Lines() {
			name, text, _ := strings.Cut(line, ": ")
			if name == "phases" || name == "tried" { // A line for each.
				text = strings.ReplaceAll(text, ", ", "\n")
			}
			shown.Rows = append(shown.Rows, pageRow{Name: name, Value: text})
		}
		all = append(all, shown)
	}
	add("The last failed run", last)
	if first != nil && last != nil && !first.Time.Equal(last.Time) {
		add("The first failed run of this outage", first)
	}
	return all
}
