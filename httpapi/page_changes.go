package httpapi

import (
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A pageChange is one change of the state of a check.
type pageChange struct {
	Moment             *pageMoment
	State, Class, Sign string
	Lasted             string
	Output             string
	Reason             checks.Reason
}

// newChanges returns the changes of state, newest first.
func newChanges(transitions []collector.Transition, now time.Time) []pageChange {
	all := make([]pageChange, 0, len(transitions))
	for i, t := range transitions {
		c := pageChange{Moment: moment(t.Time, now), State: string(t.State), Output: t.Output, Reason: t.Reason}
		c.Class, c.Sign = lookOf(t.State)
		if i+1 < len(transitions) {
			c.Lasted = age(transitions[i+1].Time.Sub(t.Time))
		} else {
			c.Lasted = age(now.Sub(t.Time)) + " so far"
		}
		all = append(all, c)
	}
	slices.Reverse(all)
	return all
}

// lookOf returns the colour of a state, and the sign that says the same.
func lookOf(s collector.State) (class, sign string) {
	switch s {
	case collector.StateFailed:
		return "fail", "✕"
	case collector.StatePassed:
		return "pass", "✓"
	}
	return "wait", "…"
}
