package cli

import (
	"fmt"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// frame returns the lines to show on a terminal: at most rows lines, each at most
// columns wide.
//
//	2 of 9 failed, 1 skipped                          q quits
//	shop.yml  12:03:04
//
//	[-] postgres:   5.0s  connecting to …
func (w *watched) frame(columns, rows int, now time.Time) []string {
	lines := w.head(columns, now)
	results := slices.Clone(w.known.report.Results)
	slices.SortStableFunc(results, func(a, b *collector.Result) int { return urgency(a) - urgency(b) })
	list := w.flags.newListing(w.console, resultNames(results))
	list.screen, list.now = true, now
	blocks := make([][]string, len(results))
	for i, r := range results {
		blocks[i] = list.block(r)
	}
	lines = append(lines, fit(blocks, results, rows-len(lines), columns)...)
	return lines[:min(len(lines), rows)]
}

// head is the lines above the results.
func (w *watched) head(columns int, now time.Time) []string {
	const quit = "q quits"
	status := "no results yet"
	colour := terminal.Dim
	if report := w.known.report; !w.known.at.IsZero() {
		status = summarize(report.Results)
		colour = map[collector.Status]terminal.Colour{
			collector.StatusPassed: terminal.Green, collector.StatusDegraded: terminal.Yellow, collector.StatusFailed: terminal.Red,
		}[report.Status]
		if report.Draining != "" {
			status += ", drained: " + terminal.Line(report.Draining)
		}
	}
	status = terminal.Cut(status, columns)
	first := w.console.palette.Paint(colour, status)
	if room := columns - terminal.Width(status) - len(quit); room > 0 {
		first += terminal.Pad("", room) + quit
	}
	lines := []string{first, terminal.Cut(w.title+"  "+now.Format(time.TimeOnly), columns)}
	if w.fault.err != nil {
		lines = append(lines, w.console.palette.Paint(terminal.Red, terminal.Cut(terminal.Line(w.fault.err.Error())+w.staleness(now), columns)))
	}
	return append(lines, "")
}

// staleness says how old the results are, if there are any.
func (w *watched) staleness(now time.Time) string {
	if w.known.at.IsZero() {
		return ""
	}
	return fmt.Sprintf(" (results of %s ago)", shortDuration(now.Sub(w.known.at).Round(time.Second)))
}

// urgency orders results for people: checks that take the service out come first,
// checks that have passed come last.
func urgency(r *collector.Result) int {
	switch {
	case r.State == collector.StateFailed && r.Counts():
		return 0
	case r.State == collector.StateFailed:
		return 1
	case r.State == collector.StateSkipped:
		return 2
	case r.State == collector.StateUnknown:
		return 3
	case concerns(r):
		return 4
	}
	return 5
}

// fit returns as much of the blocks as fits into rows. If there are too many, each
// has one line, and the last line counts the others.
func fit(blocks [][]string, results []*collector.Result, rows, columns int) []string {
	all := slices.Concat(blocks...)
	if len(all) <= rows {
		return all
	}
	var urgent int // lines of the blocks that somebody should read
	for i, r := range results {
		if concerns(r) {
			urgent += len(blocks[i])
		}
	}
	var lines []string
	for i, block := range blocks {
		if urgent >= rows {
			block = block[:1]
		}
		if len(lines)+len(block) >= rows {
			return append(lines, terminal.Cut("… "+fmt.Sprintf("%d more: ", len(blocks)-i)+summarize(results[i:]), columns))
		}
		lines = append(lines, block...)
	}
	return lines
}
