package httpapi

import (
	"slices"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	// An event can explain a failure that begins up to maxBefore later. A reload
	// runs new checks before it takes effect, so it can explain a failure that
	// began up to maxAfter earlier, too.
	maxBefore = time.Hour
	maxAfter  = 10 * time.Second
	// maxEvents is how many events are shown, and maxEventKeys how many settings
	// of each.
	maxEvents    = 4
	maxEventKeys = 8
)

// A pageBefore is what changed before a failure.
type pageBefore struct {
	Events  []pageEvent
	Nothing string
}

type pageEvent struct {
	Moment     *pageMoment
	Side       string // before or after the failure
	Text, Keys string
}

// before returns what changed before a failure that began at the time since,
// newest first; nil if the program keeps no events.
func (p *pages) before(since time.Time) *pageBefore {
	if p.o.Events == nil || since.IsZero() {
		return nil
	}
	events := slices.DeleteFunc(slices.Clone(p.o.Events()), func(e Event) bool {
		return e.Time.Before(since.Add(-maxBefore)) || e.Time.After(since.Add(maxAfter))
	})
	slices.SortStableFunc(events, func(a, b Event) int { return b.Time.Compare(a.Time) })
	b := &pageBefore{Nothing: "Nothing in the hour before: no start, no reload, no drain."}
	for _, e := range events[:min(len(events), maxEvents)] {
		shown := pageEvent{Text: p.o.Scrubber.Text(e.Text), Keys: p.o.Scrubber.Text(first(e.Keys, maxEventKeys).String())}
		shown.Moment, shown.Side = moment(e.Time, since), "before"
		if e.Time.After(since) {
			shown.Moment.Ago, shown.Side = age(e.Time.Sub(since)), "after"
		}
		b.Events = append(b.Events, shown)
	}
	return b
}

// firstFailed returns the check that has failed for the longest time, or nil. A
// check that only degrades is considered if no other check has failed.
func firstFailed(results []*collector.Result) (found *collector.Result) {
	for _, r := range results {
		switch {
		case r.State != collector.StateFailed || r.Since.IsZero():
		case found == nil, r.Counts() && !found.Counts(), r.Counts() == found.Counts() && r.Since.Before(found.Since):
			found = r
		}
	}
	return found
}

// A nameList is some names, and how many more there are.
type nameList struct {
	Names []string
	More  int
}

// first returns the first n names; nil if there are none.
func first(names []string, n int) *nameList {
	if len(names) == 0 {
		return nil
	}
	n = min(n, len(names))
	return &nameList{names[:n], len(names) - n}
}

// String lists the names.
func (l *nameList) String() string {
	switch {
	case l == nil:
		return ""
	case l.More > 0:
		return strings.Join(l.Names, ", ") + " and " + number(l.More) + " more"
	}
	return strings.Join(l.Names, ", ")
}
