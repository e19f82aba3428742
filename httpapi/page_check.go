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
	Output, Short            string
	Facts                    []string
	Took                     string
	Since                    *pageMoment
	Description, Runbook     string
	Waiting                  []pageCheck // skipped because of this one
	WaitingText              string
}

func newPageCheck(r *collector.Result, now time.Time) pageCheck {
	c := pageCheck{
		Name: r.Check, State: string(r.State), Took: took(r.Duration), Since: moment(r.Since, now),
		Output: said(r), Facts: facts(r, now), Description: r.Description, Runbook: r.Runbook,
	}
	c.Class, c.Sign = look(r)
	if c.Class == "warn" {
		c.State = "warning"
	}
	c.Short = clip.Short(clip.Line(c.Output), maxShortOutput)
	return c
}

// wait adds the checks that are skipped because of this one.
func (c *pageCheck) wait(results []*collector.Result, now time.Time) {
	for _, r := range results {
		c.Waiting = append(c.Waiting, newPageCheck(r, now))
	}
	switch n := len(results); n {
	case 0:
	case 1:
		c.WaitingText = c.Name + " fails; 1 check waits for it"
	default:
		c.WaitingText = fmt.Sprintf("%s fails; %d checks wait for it", c.Name, n)
	}
}

// look returns the colour of a result, and the sign that says the same.
func look(r *collector.Result) (class, sign string) {
	switch {
	case r.State == collector.StateFailed:
		return "fail", "✕"
	case r.State != collector.StatePassed:
		return "wait", "…"
	case r.Warning != "":
		return "warn", "!"
	}
	return "pass", "✓"
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

// facts returns the most useful details of a check, shortest first.
func facts(r *collector.Result, now time.Time) []string {
	var all []string
	add := func(ok bool, format string, a ...any) {
		if ok {
			all = append(all, fmt.Sprintf(format, a...))
		}
	}
	add(r.Reason != "" && r.State != collector.StatePassed, "%s", r.Reason)
	add(r.Threshold > 0, "%s", thresholdNote(r))
	add(r.Optional, "optional")
	add(r.Muted != nil, "muted")
	add(r.Severity != "" && r.State != collector.StatePassed, "severity %s", r.Severity)
	add(len(r.Tags) > 0, "%s", strings.Join(r.Tags, ", "))
	add(len(r.Labels) > 0, "%s", strings.Join(labelsOf(r), ", "))
	add(r.Duration > 0, "took %s", took(r.Duration))
	add(!r.Time.IsZero(), "checked %s ago, %s", age(now.Sub(r.Time)), next(r, now))
	return all
}

// next says when the result expires; the next run is at that time at the latest.
func next(r *collector.Result, now time.Time) string {
	if left := r.Expires.Sub(now); left > 0 {
		return "next in " + age(left)
	}
	return "next is due"
}
