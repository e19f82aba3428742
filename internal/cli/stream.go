package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	// statusDelay is the time before the status line appears: when all checks
	// are fast, it would only flicker.
	statusDelay = 250 * time.Millisecond
	// mostNamed is the number of names in the status line. The line is cut to
	// the width of the terminal anyway.
	mostNamed = 5
)

// stream prints each result as it comes, then a summary. When ctx ends, the
// summary names the checks that have not finished.
func (l *local) stream(ctx context.Context, f *flags, c *console) (int, error) {
	began := time.Now()
	list := f.newListing(c, l.names)
	printed := make(map[string]bool, len(l.names))
	for {
		report, err := l.look(ctx)
		if err != nil {
			return exitMisuse, err
		}
		if fresh := unprinted(report, printed); len(fresh) > 0 {
			c.status.Clear()
			for _, r := range fresh {
				printed[r.Check] = true
				printLines(c, list.block(r))
			}
		}
		took := time.Since(began)
		switch {
		case len(printed) == len(report.Results):
			c.status.Clear()
			c.say(summarize(report.Results) + " in " + shortDuration(took))
			return exitStatus(report.Status), nil
		case over(ctx):
			c.status.Clear()
			c.say("not finished: " + l.unfinished(printed))
			c.say("interrupted after " + shortDuration(took) + ": " + summarize(report.Results))
			return interruptedStatus(ctx), nil
		case took > statusDelay:
			c.status.Show(l.progress(printed))
		}
	}
}

// unprinted returns the results that have not been printed, in the order in which
// their runs ended.
func unprinted(report collector.Report, printed map[string]bool) []*collector.Result {
	var fresh []*collector.Result
	for _, r := range report.Results {
		if r.State != collector.StateUnknown && !printed[r.Check] {
			fresh = append(fresh, r)
		}
	}
	slices.SortStableFunc(fresh, func(a, b *collector.Result) int { return a.Time.Compare(b.Time) })
	return fresh
}

// progress says how many checks have finished, and which run for the longest time.
func (l *local) progress(printed map[string]bool) string {
	text := fmt.Sprintf("%d/%d", len(printed), len(l.names))
	waiting := l.runs.longest(func(check string) bool { return !printed[check] })
	if len(waiting) == 0 {
		return text
	}
	var names []string
	for _, w := range waiting[:min(len(waiting), mostNamed)] {
		names = append(names, fmt.Sprintf("%s (%ds)", w.check, int(time.Since(w.since).Seconds())))
	}
	return text + ", waiting for: " + andMore(names, len(waiting))
}

// unfinished names the checks without a result.
func (l *local) unfinished(printed map[string]bool) string {
	var names []string
	for _, name := range l.names {
		if !printed[name] {
			names = append(names, name)
		}
	}
	return andMore(names[:min(len(names), 2*mostNamed)], len(names))
}

// andMore lists names, which are the first of all.
func andMore(names []string, all int) string {
	text := strings.Join(names, ", ")
	if more := all - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func printLines(c *console, lines []string) {
	fmt.Fprintln(c, strings.Join(lines, "\n"))
}
