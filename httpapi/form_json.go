package httpapi

import (
	"fmt"
	"maps"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A jsonForm is the JSON of the Python library starting at ", "results": [".
// The part before that changes with every answer: see [jsonHead].
type jsonForm struct {
	verbose, hide bool
	// evidence has the evidence of failed runs; nil if it is not shown.
	evidence EvidenceReporter
	// tail follows the members of the report: the sections and the brace. It is
	// nil if it differs between answers.
	tail []byte
}

// jsonHead returns the part before the time of the answer; jsonResults follows
// the time.
func jsonHead(hostname, status string) []byte {
	b := appendString([]byte(`{"hostname": `), hostname)
	b = appendString(append(b, `, "status": `...), status)
	return append(b, `, "timestamp": `...)
}

const jsonResults = `, "results": [`

func (*jsonForm) open(dst []byte, _ collector.Report) []byte { return append(dst, jsonResults...) }

func (*jsonForm) separator() string { return ", " }

func (f *jsonForm) end(dst []byte, rep collector.Report) []byte {
	dst = append(dst, ']')
	if rep.Status == collector.StatusDegraded {
		dst = append(dst, `, "degraded": true`...)
	}
	if rep.Draining != "" {
		dst = appendString(append(dst, `, "draining": `...), rep.Draining)
	}
	return append(dst, f.tail...)
}

// result appends the six members of the Python library, and then other members
// if they add information. A check with the settings of the Python library has
// only the six.
func (f *jsonForm) result(dst []byte, r *collector.Result) []byte {
	timestamp := unixSeconds(r.Time)
	dst = appendString(append(dst, `{"checker": `...), r.Check)
	dst = f.appendOutput(append(dst, `, "output": `...), r)
	dst = appendBool(append(dst, `, "passed": `...), r.Passed)
	dst = appendFloat(append(dst, `, "timestamp": `...), timestamp)
	// Python adds the TTL to the float, so that the difference is the TTL.
	dst = appendFloat(append(dst, `, "expires": `...), timestamp+r.Expires.Sub(r.Time).Seconds())
	dst = appendFloat(append(dst, `, "response_time": `...), microseconds(r.Duration))
	dst = f.appendExtra(dst, r)
	return append(dst, '}')
}

// appendOutput appends the output: a text, or the value that the check gave.
func (f *jsonForm) appendOutput(dst []byte, r *collector.Result) []byte {
	if f.hide {
		return append(dst, `""`...)
	}
	if r.Value != nil {
		if shown, ok := appendJSON(dst, r.Value); ok {
			return shown
		}
	}
	return appendString(dst, r.Output)
}

func (f *jsonForm) appendExtra(dst []byte, r *collector.Result) []byte {
	if r.State != saidBy(r.Passed) {
		dst = appendString(append(dst, `, "state": `...), string(r.State))
	}
	if r.Warning != "" && !f.hide {
		dst = appendString(append(dst, `, "warning": `...), r.Warning)
	}
	if r.Optional && (r.State != collector.StatePassed || f.verbose) {
		dst = append(dst, `, "optional": true`...)
	}
	if len(r.Cause) > 0 {
		dst = appendStrings(append(dst, `, "cause": `...), r.Cause)
	}
	if r.Muted != nil {
		dst = f.appendMute(append(dst, `, "muted": `...), r.Muted)
	}
	if f.verbose {
		dst = f.appendVerbose(dst, r)
	}
	return dst
}

// saidBy returns the state of a result if its thresholds are 1.
func saidBy(passed bool) collector.State {
	if passed {
		return collector.StatePassed
	}
	return collector.StateFailed
}

func (f *jsonForm) appendMute(dst []byte, m *collector.Mute) []byte {
	dst = append(dst, '{')
	if !f.hide {
		dst = append(appendString(append(dst, `"reason": `...), m.Reason), ", "...)
	}
	return append(appendFloat(append(dst, `"until": `...), unixSeconds(m.Until)), '}')
}

func (f *jsonForm) appendVerbose(dst []byte, r *collector.Result) []byte {
	if r.Threshold > 0 {
		dst = fmt.Appendf(dst, `, "opposite": %d, "threshold": %d`, r.Opposite, r.Threshold)
	}
	if !r.Passed && r.Reason != "" {
		dst = appendString(append(dst, `, "reason": `...), string(r.Reason))
	}
	if len(r.Tags) > 0 {
		dst = appendStrings(append(dst, `, "tags": `...), r.Tags)
	}
	if len(r.Labels) > 0 {
		dst = appendLabels(append(dst, `, "labels": `...), r.Labels)
	}
	if r.Severity != "" {
		dst = appendString(append(dst, `, "severity": `...), string(r.Severity))
	}
	if len(r.Values) > 0 && !f.hide {
		dst = appendValues(append(dst, `, "values": `...), r.Values)
		dst = appendLimits(dst, r)
	}
	if !r.Since.IsZero() {
		dst = appendFloat(append(dst, `, "since": `...), unixSeconds(r.Since))
	}
	if !r.LastSuccess.IsZero() {
		dst = appendFloat(append(dst, `, "last_success": `...), unixSeconds(r.LastSuccess))
	}
	if f.hide {
		return dst
	}
	if r.Description != "" {
		dst = appendString(append(dst, `, "description": `...), r.Description)
	}
	if r.Runbook != "" {
		dst = appendString(append(dst, `, "runbook": `...), r.Runbook)
	}
	if f.evidence != nil {
		dst = appendEvidence(dst, f.evidence, r.Check)
	}
	return dst
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

func appendStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendString(dst, s)
	}
	return append(dst, ']')
}

// appendLabels appends an object with the names in order.
func appendLabels(dst []byte, labels map[string]string) []byte {
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(labels)) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendString(dst, name), ": "...)
		dst = appendString(dst, labels[name])
	}
	return append(dst, '}')
}

func appendValues(dst []byte, values []collector.Value) []byte {
	dst = append(dst, '{')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendString(dst, v.Name), ": "...)
		dst = appendFloat(dst, v.Value)
	}
	return append(dst, '}')
}
