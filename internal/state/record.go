package state

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// A record is the newest result of a check and the beats it has received, as they
// are on disk.
type record struct {
	Check string `json:"check"`
	// Tag stands for the fingerprint of the check. Boot and Clock say when the
	// result was published, by the clock of that boot. All are empty if there are
	// only beats.
	Tag   string        `json:"tag,omitempty"`
	Boot  string        `json:"boot,omitempty"`
	Clock time.Duration `json:"clock,omitempty"`

	Passed   bool            `json:"passed,omitempty"`
	State    collector.State `json:"state,omitempty"`
	Output   string          `json:"output,omitempty"`
	Warning  string          `json:"warning,omitempty"`
	Reason   checks.Reason   `json:"reason,omitempty"`
	Cause    []string        `json:"cause,omitempty"`
	Values   []value         `json:"values,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"`
	Time     nanoseconds     `json:"time,omitempty"`
	Since    nanoseconds     `json:"since,omitempty"`
	Success  nanoseconds     `json:"last_success,omitempty"`
	Duration time.Duration   `json:"duration,omitempty"`
	TTL      time.Duration   `json:"ttl,omitempty"`
	Failures int             `json:"failures,omitempty"`

	Beats *checks.Beats `json:"beats,omitempty"`

	fingerprint string // in memory only
	gone        bool   // the check does not exist any more
}

// A value is an observed value. JSON has no infinity, so it is a text.
type value struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// known reports whether the words are of the closed sets; a reason becomes a label.
func known(state collector.State, reason checks.Reason) bool {
	return slices.Contains([]collector.State{"", collector.StatePassed, collector.StateFailed, collector.StateSkipped}, state) &&
		(reason == "" || slices.Contains(checks.Reasons(), reason))
}

// nanoseconds is a time in Unix nanoseconds. Zero is the zero time.Time.
type nanoseconds int64

func since1970(t time.Time) nanoseconds {
	if t.IsZero() {
		return 0
	}
	return nanoseconds(t.UnixNano())
}

func (n nanoseconds) time() time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n))
}

func newRecord(r collector.SavedResult, now moment) record {
	rec := record{
		Check: r.Check, Boot: now.boot, Clock: now.since - r.Age, Passed: r.Passed, State: r.State,
		Output: r.Output, Warning: r.Warning, Reason: r.Reason, Cause: r.Cause, Value: r.Value,
		Time: since1970(r.Time), Since: since1970(r.Since), Success: since1970(r.LastSuccess), Duration: r.Duration, TTL: r.TTL,
		Failures: r.ConsecutiveFailures, fingerprint: r.Fingerprint,
	}
	for _, v := range r.Values {
		rec.Values = append(rec.Values, value{v.Name, strconv.FormatFloat(v.Value, 'g', -1, 64)})
	}
	return rec
}

func (r record) restore(fingerprint string, now moment) collector.SavedResult {
	saved := collector.SavedResult{
		Check: r.Check, Fingerprint: fingerprint, Passed: r.Passed, State: r.State, Output: r.Output, Warning: r.Warning,
		Reason: r.Reason, Cause: r.Cause, Value: r.Value, Time: r.Time.time(), Since: r.Since.time(), LastSuccess: r.Success.time(),
		Duration: r.Duration, TTL: r.TTL, ConsecutiveFailures: r.Failures, Age: max(now.since-r.Clock, 0),
	}
	for _, v := range r.Values {
		if f, err := strconv.ParseFloat(v.Value, 64); err == nil {
			saved.Values = append(saved.Values, collector.Value{Name: v.Name, Value: f})
		}
	}
	return saved
}

// encode returns the payload for a slot. If the record is too long, it loses its
// values first, and then the ends of its texts.
func (r record) encode(capacity int) []byte {
	for _, shorten := range []func(){
		func() {},
		func() { r.Value = nil },
		func() { r.Values = nil },
		func() { r.Output, r.Warning = clip.Short(r.Output, 400), clip.Short(r.Warning, 200) },
		func() { r.Output, r.Warning, r.Cause = clip.Short(r.Output, 100), clip.Short(r.Warning, 50), nil },
	} {
		shorten()
		if payload := encodeJSON(r); payload != nil && len(payload) <= capacity {
			return payload
		}
	}
	return nil
}

func encodeJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return nil
	}
	return bytes.TrimSpace(b.Bytes())
}
