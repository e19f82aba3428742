package checks

import "fmt"

// A Manual is a [Spec] that a person can repeat by hand.
type Manual interface {
	// ByHand returns a command, its program first, that does about what the
	// check does. It has no secret in it: a program that wants a password asks
	// for it. Nil means that there is no such command for these settings. ByHand
	// is called only after Build has found no fault.
	ByHand() []string
}

// A Limited is a [Spec] that compares what it observes with limits.
type Limited interface {
	// Limits returns the limits of observed values. It is called only after
	// Build has found no fault.
	Limits() []Limit
}

// A Limit says in words at which values of an observed name the check warns and
// fails, such as "from 85%" or "below 5GiB". Empty means never.
type Limit struct {
	Name, Warn, Fail string
	// Thresholds are the same as numbers, in the unit of the value. They are zero
	// if they are not fixed numbers, as those of a moment in the future.
	Thresholds Thresholds
}

// Thresholds are the numbers of a [Limit]. Zero means none.
type Thresholds struct {
	// From WarnAbove on the value warns, from FailAbove on it fails.
	WarnAbove, FailAbove float64
	// Below WarnBelow the value warns, below FailBelow it fails.
	WarnBelow, FailBelow float64
}

// Limits returns the limits of tls_not_after_timestamp_seconds, which every check
// over TLS observes; none if t is nil.
func (t *TLS) Limits() []Limit {
	if t == nil {
		return nil
	}
	l := Limit{Name: "tls_not_after_timestamp_seconds", Fail: "once it is over"}
	if t.WarnDays > 0 {
		l.Warn = fmt.Sprintf("%d days before", t.WarnDays)
	}
	if t.FailDays > 0 {
		l.Fail = fmt.Sprintf("%d days before", t.FailDays)
	}
	return []Limit{l}
}

// Explain returns the commands that repeat a check by hand and the limits of its
// values, as far as spec implements [Manual] and [Limited].
func Explain(spec Spec) (byHand []string, limits []Limit) {
	if m, is := spec.(Manual); is {
		byHand = m.ByHand()
	}
	if l, is := spec.(Limited); is {
		limits = l.Limits()
	}
	return byHand, limits
}
