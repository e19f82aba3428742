package httpapi

import (
	"fmt"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// maxShortOutput is how much of an output a list shows, in bytes.
const maxShortOutput = 80

// A pageCheck is one check as a page shows it.
type pageCheck struct {
	Name, State, Class, Sign string
	Excuse                   string // why the check takes no instance out: optional or muted
	Effect                   string // the class of what the check does to the instance
	Output, Short            string
	Facts, Chips             []string
	Note                     string // of a threshold that is not reached
	Took                     string
	Since                    *pageMoment
	Description, Runbook     string
	ByHand                   string // a command
	Strip                    *pageStrip
	Before                   *pageBefore
	Waiting                  []pageCheck // skipped because of this one
	WaitingText              string
}

// newPageCheck returns what a list shows of a check.
func newPageCheck(r *collector.Result) pageCheck {
	c := pageCheck{Name: r.Check, State: string(r.State), Took: took(r.Duration), Output: said(r)}
	c.Class, c.Sign = look(r)
	c.Effect = c.Class
	switch {
	case c.Class == "warn":
		c.State = "warning"
	case c.Class == "fail" && !r.Counts():
		c.Effect = "warn"
	}
	switch {
	case r.State == collector.StatePassed:
	case r.Muted != nil:
		c.Excuse = "muted"
	case r.Optional:
		c.Excuse = "optional"
	}
	if r.Threshold > 0 {
		c.Note = thresholdNote(r)
	}
	c.Short = clip.Short(clip.Line(c.Output), maxShortOutput)
	return c
}

// describe adds the facts about a check that only a detailed view shows.
func (c *pageCheck) describe(r *collector.Result, now time.Time) {
	c.Since, c.Facts = moment(r.Since, now), facts(r, now)
	c.Description, c.Runbook = r.Description, r.Runbook
	c.Chips = append(append(c.Chips, r.Tags...), labelsOf(r)...)
}

// wait adds the checks that are skipped because of this one. Elsewhere is how many
// others wait for it and are shown with another cause.
func (c *pageCheck) wait(results []*collector.Result, elsewhere int) {
	for _, r := range results {
		c.Waiting = append(c.Waiting, newPageCheck(r))
	}
	n := len(results) + elsewhere
	if n == 0 {
		return
	}
	c.WaitingText = c.Name + " fails; " + plural(n, "check waits for it", "checks wait for it")
	switch {
	case elsewhere == 0:
	case len(results) == 0:
		c.WaitingText += ", shown with another cause"
	default:
		c.WaitingText += fmt.Sprintf(", %d of them with another cause", elsewhere)
	}
}

// look returns the colour of a result, and the sign that says the same.
func look(r *collector.Result) (class, sign string) {
	if r.State == collector.StatePassed && r.Warning != "" {
		return "warn", "!"
	}
	return lookOf(r.State)
}

// said returns the output and the warning, or only the longer one if it
// contains the other.
func said(r *collector.Result) string {
	switch {
	case r.Warning == "" || strings.Contains(r.Output, r.Warning):
		return r.Output
	case strings.Contains(r.Warning, r.Output):
		return r.Warning
	}
	return r.Output + "\nwarning: " + r.Warning
}

// facts returns the most useful details of a check.
func facts(r *collector.Result, now time.Time) []string {
	var all []string
	add := func(ok bool, format string, a ...any) {
		if ok {
			all = append(all, fmt.Sprintf(format, a...))
		}
	}
	add(r.Reason != "" && r.State != collector.StatePassed, "reason %s", r.Reason)
	add(r.Threshold > 0, "%s", thresholdNote(r))
	add(r.Optional && (r.Muted != nil || r.State == collector.StatePassed), "optional")
	add(r.Muted != nil && r.State == collector.StatePassed, "muted")
	add(r.Severity != "" && r.State != collector.StatePassed, "severity %s", r.Severity)
	add(r.Duration > 0, "took %s", took(r.Duration))
	add(!r.Time.IsZero(), "checked %s ago, %s", age(now.Sub(r.Time)), next(r, now))
	add(r.State != collector.StatePassed && !r.LastSuccess.IsZero(), "last passed %s ago", age(now.Sub(r.LastSuccess)))
	return all
}

// next says when the result expires; the next run is at that time at the latest.
func next(r *collector.Result, now time.Time) string {
	if left := r.Expires.Sub(now); left > 0 {
		return "next in " + age(left)
	}
	return "next is due"
}
