package cli

import (
	"io"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// The exit statuses.
const (
	ExitPassed      = exitPassed
	ExitFailed      = exitFailed
	ExitMisuse      = exitMisuse
	ExitUnreachable = exitUnreachable
	NagiosUnknown   = nagiosUnknown
)

// Validate reports what is wrong with flags beyond their form.
func Validate(args ...string) error {
	app, f := newApplication()
	app.Terminate(nil)
	if _, err := app.Parse(args); err != nil {
		return err
	}
	return f.validate()
}

// ShortDuration is shortDuration.
func ShortDuration(d time.Duration) string { return shortDuration(d) }

// Lasted is lasted.
func Lasted(d time.Duration) string { return lasted(d) }

// Took is took.
func Took(d time.Duration) string { return took(d) }

// Summarize is summarize.
func Summarize(results []*collector.Result) string { return summarize(results) }

// Meant is meant.
func Meant(word string, known []string) string { return meant(word, known) }

// AndMore is andMore.
func AndMore(names []string, all int) string { return andMore(names, all) }

// Latest is latest.
func Latest(before, after collector.Report) collector.Report { return latest(before, after) }

// WaitProgress is the status line of check --wait=1m.
func WaitProgress(took time.Duration, report collector.Report, err error) string {
	return (&flags{wait: time.Minute}).waitProgress(took, report, err)
}

// PrintHistory prints what the history command prints.
func PrintHistory(w io.Writer, all []httpapi.History, running bool) {
	printChanges(w, all, running)
	for _, h := range all {
		printRuns(w, h.Runs)
	}
}

// Blocks returns the lines of results on a terminal of columns; 0: on none.
func Blocks(columns int, verbose, colours bool, results ...*collector.Result) (lines []string) {
	f := &flags{verbose: verbose}
	l := f.newListing(&console{columns: columns, palette: terminal.Palette(colours)}, resultNames(results))
	for _, r := range results {
		lines = append(lines, l.block(r)...)
	}
	return lines
}

// A Frame is what check --watch has to show.
type Frame struct {
	Report      collector.Report
	At, FaultAt time.Time // zero: there is no report, or no fault
	Fault       error
}

// Lines returns the lines on a terminal of columns and rows.
func (f Frame) Lines(columns, rows int, now time.Time) []string {
	w := &watched{flags: &flags{}, console: &console{columns: columns}, title: "shop.yml"}
	if !f.At.IsZero() {
		w.take(view{report: f.Report, at: f.At})
	}
	if f.Fault != nil {
		w.take(view{err: f.Fault, at: f.FaultAt})
	}
	return w.frame(columns, rows, now)
}

// Completing is completing.
func Completing(args []string) []string { return completing(args) }

// WatchLifetimes is watchLifetimes.
func WatchLifetimes(c *checks.Check) { watchLifetimes(c) }
