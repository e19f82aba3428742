package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/state"
)

// usualState is the state directory of the unit that comes with the program.
const usualState = "/var/lib/healthcheck_exporter"

// shownRuns is how many of the last runs are printed.
const shownRuns = 20

// runHistory prints the last changes of state, of one check or of all, and the
// last runs of one check. They come from the running exporter or, if there is
// none, from the state directory.
func runHistory(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	all, running, err := f.histories(ctx, stderr)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUnreachable
	}
	if f.historyCheck != "" {
		if len(all) == 0 {
			fmt.Fprintf(stderr, "no history of a check %q, nor of any other\n", f.historyCheck)
			return exitMisuse
		}
		at := slices.IndexFunc(all, func(h httpapi.History) bool { return h.Check == f.historyCheck })
		if at < 0 {
			fmt.Fprintf(stderr, "no history of a check %q, %s\n", f.historyCheck, meant(f.historyCheck, checksOf(all)))
			return exitMisuse
		}
		all = all[at : at+1]
	}
	printChanges(stdout, all, running)
	for _, h := range all {
		printRuns(stdout, h.Runs)
	}
	return exitPassed
}

// histories returns the histories of the running exporter, else those of the
// state directory. If only the directory is named, the exporter at the usual
// socket is not asked, because it may be another one.
func (f *flags) histories(ctx context.Context, stderr io.Writer) (all []httpapi.History, running bool, err error) {
	if f.stateDirectory == "" || f.serveSocket() != "" {
		all, err = f.askHistories(ctx)
		if err == nil {
			return all, true, nil
		}
	}
	stored, problem, stateErr := state.ReadHistory(cmp.Or(f.serveState(), usualState))
	if stateErr != nil {
		return nil, false, errors.Join(err, stateErr)
	}
	if problem != nil {
		fmt.Fprintln(stderr, problem)
	}
	for _, h := range stored {
		all = append(all, httpapi.History{Check: h.Check, Transitions: h.Transitions})
	}
	return all, false, nil
}

// askHistories asks the running exporter.
func (f *flags) askHistories(ctx context.Context) ([]httpapi.History, error) {
	query := url.Values{}
	if f.historyCheck != "" {
		query.Set("check", f.historyCheck)
	}
	status, body, err := f.askSocket(ctx, http.MethodGet, "/-/history?"+query.Encode())
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusOK:
		return httpapi.DecodeHistories(body)
	case f.historyCheck != "": // It has no such check: get all histories, to suggest a name.
		all := *f
		all.historyCheck = ""
		return all.askHistories(ctx)
	}
	return nil, fmt.Errorf("the exporter answers with status %d: %s", status, strings.TrimSpace(string(body)))
}

func checksOf(all []httpapi.History) (names []string) {
	for _, h := range all {
		names = append(names, h.Check)
	}
	return names
}

// A changeLine is one line of the history.
type changeLine struct {
	time                               time.Time
	check, state, lasted, reason, text string
}

// printChanges prints the changes of state of all checks, oldest first.
func printChanges(w io.Writer, all []httpapi.History, running bool) {
	var lines []changeLine
	for _, h := range all {
		for i, t := range h.Transitions {
			line := changeLine{t.Time, h.Check, string(t.State), "", string(t.Reason), clip.Line(t.Output)}
			switch {
			case i+1 < len(h.Transitions):
				line.lasted = "for " + lasted(h.Transitions[i+1].Time.Sub(t.Time))
			case running:
				line.lasted = "since " + lasted(time.Since(t.Time))
			default:
				line.lasted = "last known"
			}
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		fmt.Fprintln(w, "no change of state yet")
		return
	}
	slices.SortStableFunc(lines, func(a, b changeLine) int { return a.time.Compare(b.time) })
	table := newTable(w)
	for _, l := range lines {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", moment(l.time), l.check, l.state, l.lasted, cmp.Or(l.reason, "-"), l.text)
	}
	table.Flush()
}

// printRuns prints how the last runs ended, oldest first.
func printRuns(w io.Writer, runs []collector.Run) {
	if len(runs) == 0 {
		return
	}
	failed := 0
	for _, r := range runs {
		if r.Reason != "" {
			failed++
		}
	}
	shown := runs[max(0, len(runs)-shownRuns):]
	fmt.Fprintf(w, "\n%d of the last %d runs failed", failed, len(runs))
	if len(shown) < len(runs) {
		fmt.Fprintf(w, "; the last %d", len(shown))
	}
	fmt.Fprintln(w, ":")
	table := newTable(w)
	for _, r := range shown {
		outcome := "passed"
		if r.Reason != "" {
			outcome = "failed"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", moment(r.Time), outcome, took(r.Duration), cmp.Or(r.Reason, "-"))
	}
	table.Flush()
}

// newTable aligns columns that are separated by tabs.
func newTable(w io.Writer) *tabwriter.Writer {
	const gap = 2
	return tabwriter.NewWriter(w, 0, 0, gap, ' ', 0)
}

// moment writes a time for a person, in the time zone of the terminal.
func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }

// lasted writes how long a state lasted: 350ms, 41s, 3m20s, 2h5m, 3d4h.
func lasted(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 0: // The clock was set back.
		return "?"
	case d >= day:
		return fmt.Sprintf("%dd%dh", d/day, d%day/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Second:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// took writes how long a run took.
func took(d time.Duration) string {
	if d < time.Millisecond {
		return d.Round(time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}
