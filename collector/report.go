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

// A Result is one result of a check, with its definition. All readers share it;
// it must not be changed.
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
	// Warning is the text of a check that passed with a warning, cleaned like
	// Output; otherwise empty.
	Warning string

	// Time is the end of the run. Expires is when the result expires; it equals
	// Time if results are not cached. Both are wall times without a monotonic
	// reading, for display: the collector decides by its own clocks.
	Time, Expires time.Time
	// Duration is how long the run took, without the wait for its place.
	Duration time.Duration
	// Since is when State last changed.
	Since time.Time
	// LastSuccess is the end of the last run that passed; zero if none has.
	LastSuccess time.Time
	// Opposite is the number of consecutive results that contradict State, and
	// Threshold the number that changes it. Both are zero if Passed and State
	// agree.
	Opposite, Threshold int
	// Values are the values that the run observed, in the order of first
	// observation.
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
	Limits      []checks.Limit
}

// Counts reports whether the overall status is failed if the check has not
// passed: the check is neither optional nor muted.
func (r *Result) Counts() bool { return !r.Optional && r.Muted == nil }

// A Value is a measured value that a run observed (see [checks.Observe]).
type Value struct {
	Name  string
	Value float64
}

// A Report is the results of the selected checks with their overall status. It
// is a snapshot that all readers share; it must not be changed.
type Report struct {
	// Status is failed when the service is drained or a check that is not
	// optional has not passed, else degraded or passed.
	Status Status
	// Draining is the reason given to Drain or SetDrain; empty if the service
	// is not drained. DrainingBy and DrainingUntil come from SetDrain; both may
	// be zero.
	Draining      string
	DrainingBy    string
	DrainingUntil time.Time
	// Time is the moment of the answer.
	Time time.Time
	// Results are in the order in which the checks were registered. Two reports
	// share a pointer only if the results are the same.
	Results []*Result
	// Version identifies the content of the report: two reports of this process
	// with the same version can differ only in Time, so that a rendering can be
	// reused. Each Collector numbers its reports from a random 64-bit number,
	// so that in practice no two Collectors share a version. Zero matches no
	// version, not even zero.
	Version uint64
	// Epoch numbers the sets of checks: 1 after New, one more for each
	// committed [Change].
	Epoch uint64
}

// Overall returns the status of results together: failed if a check that counts
// has not passed; otherwise degraded if a check warns or an optional or muted
// check has not passed; otherwise passed, also without results. Overall does
// not consider drains.
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

// A Filter selects checks. The zero value selects all checks. A check matches
// Names if it has one of the names, and Tags if it has one of the tags; if both
// are given, it must match both. Exclude, a list of names, is applied last.
type Filter struct {
	Names, Exclude, Tags []string
}

// ErrUnknownCheck is returned (wrapped) by Report for a name or a tag that no
// check has, and for a filter that selects no check: an empty selection must
// not look like a pass.
var ErrUnknownCheck = errors.New("unknown check")

// ErrNameTaken is returned (wrapped) by New, Add, Replace and Prepare if two
// checks have the same name.
var ErrNameTaken = errors.New("the name is taken")

// ErrInUse is returned (wrapped) by Remove for a check that another depends on.
var ErrInUse = errors.New("check is in use")

// ErrEnded is returned by Report and Prepare after the end of
// Options.BaseContext, if they would need a run.
var ErrEnded = errors.New("the collector has ended")
