package httpapi

import (
	"fmt"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A summary is what the top of the page says in two seconds.
type summary struct {
	Status, Class, Sign string
	Counts              string
	TakesOut, Degrades  *nameList
	short               string // for the title of the page
}

func summarise(rep collector.Report) summary {
	failed := map[string]*collector.Result{}
	for _, r := range rep.Results {
		if r.State == collector.StateFailed {
			failed[r.Check] = r
		}
	}
	out, degrading, starting := attention(rep.Results, failed)
	s := summary{Status: string(rep.Status), Class: "pass", Sign: "✓", Counts: counts(rep.Results), TakesOut: first(out, maxNamed), Degrades: first(degrading, maxNamed)}
	switch {
	case rep.Draining != "":
		s.Status, s.Class, s.Sign = "drained", "fail", "✕"
	case len(out) > 0 && starting:
		s.Status, s.Class, s.Sign = "starting", "wait", "…"
	case rep.Status == collector.StatusFailed:
		s.Class, s.Sign = "fail", "✕"
	case rep.Status == collector.StatusDegraded:
		s.Class, s.Sign = "warn", "!"
	}
	s.short = s.Status
	if n := len(failed); n > 0 && rep.Draining == "" {
		s.short = fmt.Sprintf("%d fail", n)
	}
	return s
}

// attention returns the names of the checks that take this instance out and of those
// that degrade it, and whether the former have only not run yet.
func attention(results []*collector.Result, failed map[string]*collector.Result) (out, degrading []string, starting bool) {
	// A check that waits for a named one adds nothing, unless only the waiting
	// check takes the instance out.
	named := func(r *collector.Result) bool {
		return slices.ContainsFunc(r.Cause, func(name string) bool {
			cause := failed[name]
			return cause != nil && (cause.Counts() || !r.Counts())
		})
	}
	starting = true
	for _, r := range results {
		switch {
		case r.State == collector.StatePassed && r.Warning == "":
			continue
		case r.State != collector.StatePassed && r.Counts():
			starting = starting && notChecked(r)
			if !named(r) {
				out = append(out, r.Check)
			}
		case !named(r):
			degrading = append(degrading, r.Check)
		}
	}
	return out, degrading, starting
}

// counts says how many checks there are of each kind: "2 of 9 fail (1 optional),
// 2 wait, 1 warns".
func counts(results []*collector.Result) string {
	failed, optional, muted, waiting, warned := 0, 0, 0, 0, 0
	for _, r := range results {
		switch {
		case r.State == collector.StateFailed:
			failed++
			if r.Muted != nil {
				muted++
			} else if r.Optional {
				optional++
			}
		case r.State != collector.StatePassed:
			waiting++
		case r.Warning != "":
			warned++
		}
	}
	text := fmt.Sprintf("%d of %d fail", failed, len(results))
	if failed == 1 {
		text += "s"
	}
	switch {
	case len(results) == 0:
		return "no checks"
	case failed+waiting+warned == 0 && len(results) > 1:
		return fmt.Sprintf("all %d checks pass", len(results))
	case failed+waiting+warned == 0:
		return "1 check passes"
	case failed == 0:
		text = fmt.Sprintf("none of %d fails", len(results))
	case optional > 0 && muted > 0:
		text += fmt.Sprintf(" (%d optional, %d muted)", optional, muted)
	case optional > 0:
		text += fmt.Sprintf(" (%d optional)", optional)
	case muted > 0:
		text += fmt.Sprintf(" (%d muted)", muted)
	}
	if waiting > 0 {
		text += ", " + plural(waiting, "waits", "wait")
	}
	if warned > 0 {
		text += ", " + plural(warned, "warns", "warn")
	}
	return text
}

// plural writes a number and the word that goes with it.
func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + more
}

// notChecked reports whether a check has not had a result since the start.
func notChecked(r *collector.Result) bool {
	return r.State == collector.StateUnknown && r.Since.IsZero()
}
