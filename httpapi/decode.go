package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// ErrNoReport is the error of [Decode] for a body that is not a report.
var ErrNoReport = errors.New("not a report")

// A Refusal is the error of [Decode] for a body {"error": …}, for example for
// an unknown check. It is the text of that error.
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }

// Decode reads a report from the JSON of a healthcheck handler, of this package
// or of the Python library. Members that only "?verbose" shows, and those that a
// handler hides, have zero values; custom sections are ignored. A failed result
// without a reason has [checks.ReasonError]. Times are multiples of 100ns.
//
// The error wraps [ErrNoReport], or is a [Refusal].
func Decode(body []byte) (collector.Report, error) {
	var wire wireReport
	if err := json.Unmarshal(body, &wire); err != nil {
		return collector.Report{}, fmt.Errorf("%w: %w", ErrNoReport, err)
	}
	var rep collector.Report
	switch {
	case wire.Status == "success" && wire.Degraded:
		rep.Status = collector.StatusDegraded
	case wire.Status == "success":
		rep.Status = collector.StatusPassed
	case wire.Status == "failure":
		rep.Status = collector.StatusFailed
	default:
		var text string
		if json.Unmarshal(wire.Error, &text) == nil && text != "" {
			return rep, Refusal(text)
		}
		return rep, fmt.Errorf(`%w: "status" is %.20q, want "success" or "failure"`, ErrNoReport, wire.Status)
	}
	rep.Draining, rep.Time = wire.Draining, wire.Timestamp.time()
	rep.Results = make([]*collector.Result, len(wire.Results))
	for i := range wire.Results {
		rep.Results[i] = wire.Results[i].result()
	}
	return rep, nil
}

// wireReport and wireResult are the parts that Decode reads of the JSON written
// by jsonForm.
type wireReport struct {
	Status    string
	Timestamp seconds
	Results   []wireResult
	Degraded  bool
	Draining  string
	Error     json.RawMessage
}

type wireResult struct {
	Checker            string
	Output             output
	Passed             bool
	Timestamp, Expires seconds
	ResponseTime       float64 `json:"response_time"`

	State       collector.State
	Warning     string
	Optional    bool
	Cause       []string
	Muted       *wireMute
	Opposite    int
	Threshold   int
	Severity    checks.Severity
	Labels      map[string]string
	Reason      checks.Reason
	Tags        []string
	Values      values
	Limits      map[string]wireLimits
	Since       seconds
	LastSuccess seconds `json:"last_success"`
	Description string
	Runbook     string
}

type wireMute struct {
	Reason string
	Until  seconds
}

func (w *wireResult) result() *collector.Result {
	r := &collector.Result{
		Check: w.Checker, Output: w.Output.text, Value: w.Output.value, Passed: w.Passed,
		Time: w.Timestamp.time(), Expires: w.Expires.time(),
		Duration: time.Duration(math.Round(w.ResponseTime*1e6)) * time.Microsecond,
		State:    w.State, Warning: w.Warning, Optional: w.Optional, Cause: w.Cause, Reason: w.Reason,
		Opposite: w.Opposite, Threshold: w.Threshold, Severity: w.Severity, Labels: w.Labels, Tags: w.Tags, Values: w.Values,
		Since: w.Since.time(), LastSuccess: w.LastSuccess.time(),
		Description: w.Description, Runbook: w.Runbook,
	}
	r.Limits = limitsFrom(w.Limits, r.Values)
	if w.Muted != nil {
		r.Muted = &collector.Mute{Reason: w.Muted.Reason, Until: w.Muted.Until.time()}
	}
	if r.State == "" {
		r.State = saidBy(r.Passed)
	}
	if r.Reason == "" && !r.Passed {
		r.Reason = impliedReason(r.State)
	}
	return r
}

// impliedReason returns the reason of a result that has not passed, if the JSON
// has none.
func impliedReason(s collector.State) checks.Reason {
	switch s {
	case collector.StateSkipped:
		return checks.ReasonSkipped
	case collector.StateUnknown:
		return checks.ReasonInternal
	}
	return checks.ReasonError
}

// seconds are Unix seconds; zero means no time.
type seconds float64

func (s seconds) time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	whole, fraction := math.Modf(float64(s))
	return time.Unix(int64(whole), int64(math.Round(fraction*1e7))*100)
}

// An output is a text, or any other JSON value with its compact text.
type output struct {
	text  string
	value json.RawMessage
}

func (o *output) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &o.text) == nil {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b); err != nil {
		return err
	}
	o.text, o.value = compact.String(), compact.Bytes()
	return nil
}

// values are an object of numbers in its order; null is NaN.
type values []collector.Value

func (v *values) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil { // {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var number *float64
		if err := d.Decode(&number); err != nil {
			return err
		}
		one := collector.Value{Name: fmt.Sprint(name), Value: math.NaN()}
		if number != nil {
			one.Value = *number
		}
		*v = append(*v, one)
	}
	return nil
}
