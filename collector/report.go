package collector

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A State is the state of one check after its thresholds.
type State string

// The states.
const (
	StatePassed  State = "passed"
	StateFailed  State = "failed"
	StateSkipped State = "skipped" // not run, because a dependency has not passed
	StateUnknown State = "unknown" // no result yet, or an expired one whose run has not finished
)

// A Status is the status of all checks of a report together.
type Status string

// The statuses, from best to worst.
const (
	StatusPassed   Status = "passed"
	StatusDegraded Status = "degraded" // something warns, or an optional check has not passed
	StatusFailed   Status = "failed"
)

// A Result is one result of a check, with its definition. It is shared by all readers and must
// not be changed.
type Result struct {
	// Check is the check's name.
	Check string
	// Passed is the raw outcome of the last run.
	Passed bool
	// State is the outcome after thresholds; it decides the overall status.
	State State
	// Output is the sentence of the check: valid UTF-8, scrubbed, at most 1 KiB.
	// Line breaks and tabs are kept; other control characters are spelled out.
	Output string
	// Reason says why the check has not passed; empty when it has.
	Reason checks.Reason
	// Cause names the failed checks that a skipped check waits for, directly or
	// through other skipped checks: at most three, in the order of registration.
	Cause []string
	// Warning is the text of a check that passed with a warning, as clean as
	// Output; else empty.
	Warning string

	// Time is the end of the run, Expires when the result's life is over; both
	// are the same where nothing is cached. They are wall times without a
	// monotonic reading, for showing: the collector decides by its own clocks.
	Time, Expires time.Time
	// Duration is how long the run took, without waiting for its place.
	Duration time.Duration
	// Since is when State last changed.
	Since time.Time
	// LastSuccess is the end of the last run that passed; zero if none has.
	LastSuccess time.Time
	// Opposite is the number of consecutive results that contradict State, and
	// Threshold the number that changes it. Both are zero if Passed and State
	// agree.
	Opposite, Threshold int
	// Values is what the run observed, in the order of their first observing.
	Values []Value
	// Value is the output as a value (see [checks.Output]), scrubbed JSON of at
	// most 64 KiB; nil if the check has none. Output is then its compact text,
	// unless the check failed.
	Value json.RawMessage
	// Muted is the mute in effect; nil if the check is not muted.
	Muted *Mute

	// The rest is the check's definition: see [checks.Check].
	Type        string
	Optional    bool
	Tags        []string
	Description string
	Runbook     string
	Severity    checks.Severity
	Labels      map[string]string
}

// Counts reports whether the check fails the whole if it has not passed: it is
// neither optional nor muted.
func (r *Result) Counts() bool { return !r.Optional && r.Muted == nil }

// A Value is a measured value that a run observed (see [checks.Observe]).
type Value struct {
	Name  string
	Value float64
}

// A Report is one answer: the results of the selected checks and what they
// mean together. It is a snapshot that all readers share; it must not be
// changed.
type Report struct {
	// Status is failed when the service is drained or a check that is not
	// optional has not passed, else degraded or passed.
	Status Status
	// Draining is why the service was taken out with Drain or SetDrain; empty
	// when it is in. By and until when are of SetDrain; both may be zero.
	Draining      string
	DrainingBy    string
	DrainingUntil time.Time
	// Time is the moment of the answer.
	Time time.Time
	// Results are in the order in which the checks were registered. Pointers
	// are equal in two reports only if the results are.
	Results []*Result
	// Version is equal in two reports of this process only if they differ in
	// nothing but Time, so that a rendering can be kept. Each Collector numbers
	// its reports from a random 64-bit number, so that no two share a version
	// in practice. Zero is equal to nothing.
	Version uint64
	// Epoch numbers the sets of checks: 1 after New, one more for each
	// committed [Change].
	Epoch uint64
}

// Overall returns the status of results together: failed when a check that
// counts has not passed; else degraded when a check warns or one that is optional
// or muted has not passed; else passed, also without results. It knows nothing about
// draining.
func Overall(results []*Result) Status {
	status := StatusPassed
	for _, r := range results {
		switch {
		case r.State != StatePassed && r.Counts():
			return StatusFailed
		case r.State != StatePassed || r.Warning != "":
			status = StatusDegraded
		}
	}
	return status
}

// A Filter selects checks. The zero value selects all. Names are alternatives,
// and so are tags; a check must match both where both are given; Exclude, a
// list of names, comes last.
type Filter struct {
	Names, Exclude, Tags []string
}

// ErrUnknownCheck is what Report returns (wrapped) for a name or a tag that no
// check has, and for a selection that leaves none: a filter must be able to
// fail.
var ErrUnknownCheck = errors.New("unknown check")

// ErrNameTaken is what New, Add, Replace and Prepare return (wrapped) for a
// name that two checks have.
var ErrNameTaken = errors.New("the name is taken")

// ErrInUse is what Remove returns (wrapped) for a check that another depends on.
var ErrInUse = errors.New("check is in use")

// ErrEnded is what Report and Prepare return after the end of
// Options.BaseContext, when an answer would need a run.
var ErrEnded = errors.New("the collector has ended")
