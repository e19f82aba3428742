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
	lines = append(lines, list.fit(results, rows-len(lines))...)
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

// fit returns as much of the results as fits into rows; the last line counts the
// others. Failures come first, and get room for their whole text and then for their
// details before other checks get a line.
func (l *listing) fit(results []*collector.Result, rows int) []string {
	var lines []string
	for _, r := range results {
		lines = append(lines, l.block(r)...)
	}
	if len(lines) <= rows {
		return lines
	}
	blocks := make([][]string, len(results))
	room := rows - 1 // The last line counts.
	for i, r := range results {
		blocks[i] = l.said(r)[:1]
		if r.State == collector.StateFailed {
			room--
		}
	}
	for _, shape := range []func(*collector.Result) []string{l.said, l.block} {
		for i, r := range results {
			larger := shape(r)
			if more := len(larger) - len(blocks[i]); r.State == collector.StateFailed && more <= room {
				blocks[i], room = larger, room-more
			}
		}
	}
	lines = nil
	for i, block := range blocks {
		if len(lines)+len(block) >= rows {
			return append(lines, terminal.Cut("… "+fmt.Sprintf("%d more: ", len(blocks)-i)+summarize(results[i:]), l.columns))
		}
		lines = append(lines, block...)
	}
	return lines
}
