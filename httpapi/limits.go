package httpapi

import (
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// wireLimits are the thresholds of a value in JSON; zero means none.
type wireLimits struct {
	WarnAbove float64 `json:"warn_above"`
	FailAbove float64 `json:"fail_above"`
	WarnBelow float64 `json:"warn_below"`
	FailBelow float64 `json:"fail_below"`
}

// thresholdsOf returns the thresholds of an observed value, zero if it has none.
func thresholdsOf(r *collector.Result, value string) checks.Thresholds {
	for _, l := range r.Limits {
		if l.Name == value {
			return l.Thresholds
		}
	}
	return checks.Thresholds{}
}

// limitsFrom is the reverse of appendLimits, in the order of the values.
func limitsFrom(wire map[string]wireLimits, values []collector.Value) []checks.Limit {
	var all []checks.Limit
	for _, v := range values {
		if l, has := wire[v.Name]; has {
			all = append(all, checks.Limit{Name: v.Name, Thresholds: checks.Thresholds(l)})
		}
	}
	return all
}

// appendLimits appends the member "limits": the thresholds of the observed values
// that have any.
func appendLimits(dst []byte, r *collector.Result) []byte {
	limited := func(v collector.Value) bool { return thresholdsOf(r, v.Name) != checks.Thresholds{} }
	if !slices.ContainsFunc(r.Values, limited) {
		return dst
	}
	dst = append(dst, `, "limits": {`...)
	first := true
	for _, v := range r.Values {
		if !limited(v) {
			continue
		}
		if !first {
			dst = append(dst, ", "...)
		}
		first = false
		dst = append(appendString(dst, v.Name), ": {"...)
		dst = append(appendThresholds(dst, thresholdsOf(r, v.Name)), '}')
	}
	return append(dst, '}')
}

func appendThresholds(dst []byte, l checks.Thresholds) []byte {
	first := true
	for _, side := range [...]struct {
		name  string
		value float64
	}{{"warn_above", l.WarnAbove}, {"fail_above", l.FailAbove}, {"warn_below", l.WarnBelow}, {"fail_below", l.FailBelow}} {
		if side.value == 0 {
			continue
		}
		if !first {
			dst = append(dst, ", "...)
		}
		first = false
		dst = append(appendString(dst, side.name), ": "...)
		dst = appendFloat(dst, side.value)
	}
	return dst
}

// appendNagiosLimits appends thresholds as the ranges of Nagios plugins. A value
// outside its range alerts: 0.85 is the range from 0 to 0.85, 10: is that from 10 up.
func appendNagiosLimits(dst []byte, l checks.Thresholds) []byte {
	warn := appendRange(nil, l.WarnBelow, l.WarnAbove)
	fail := appendRange(nil, l.FailBelow, l.FailAbove)
	if len(warn)+len(fail) == 0 {
		return dst
	}
	dst = append(append(dst, ';'), warn...)
	if len(fail) > 0 {
		dst = append(append(dst, ';'), fail...)
	}
	return dst
}

func appendRange(dst []byte, from, to float64) []byte {
	if from != 0 {
		dst = append(appendPlain(dst, from), ':')
	}
	if to != 0 {
		dst = appendPlain(dst, to)
	}
	return dst
}
