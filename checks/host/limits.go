package host

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// limits is one pair of thresholds. The key "percent" stands for the settings
// warn_percent and fail_percent. Zero means not given. A value equal to a limit
// exceeds it.
type limits struct {
	key        string
	warn, fail float64
}

// or returns the defaults when neither limit is given.
func (l limits) or(warn, fail float64) limits {
	if l.warn == 0 && l.fail == 0 {
		l.warn, l.fail = warn, fail
	}
	return l
}

// validate checks that the limits lie between 0 and highest, in order.
func (l limits) validate(highest float64) error {
	var f checktype.Faults
	for _, side := range []struct {
		name  string
		value float64
	}{{"warn", l.warn}, {"fail", l.fail}} {
		// The condition is negated so that NaN is out of range.
		if !(side.value >= 0 && side.value <= highest) {
			f.Add(side.name+"_"+l.key, "%v, want more than 0 and at most %v", side.value, highest)
		}
	}
	f.Check(l.warn > l.fail && l.fail > 0, "warn_"+l.key, "%v, want at most fail_%s, which is %v", l.warn, l.key, l.fail)
	return f.Err()
}

// A verdict collects the sentences about values beyond their limits.
type verdict struct{ warned, failed []string }

// judge notes a warning or a failure if value is not below its limits. The text
// found describes the value; a limit is written as it is set, with its unit.
func (v *verdict) judge(value float64, l limits, found, unit string) {
	switch {
	case l.fail > 0 && value >= l.fail:
		v.failed = append(v.failed, fmt.Sprintf("%s, want below %s", found, written(l.fail, unit)))
	case l.warn > 0 && value >= l.warn:
		v.warned = append(v.warned, fmt.Sprintf("%s, want below %s", found, written(l.warn, unit)))
	}
}

// written writes a limit as it is set, with its unit.
func written(limit float64, unit string) string {
	return strconv.FormatFloat(limit, 'f', -1, 64) + unit
}

// described returns the limits of an observed value. A limit in percent is of a share
// of 1.
func (l limits) described(name, unit string) checks.Limit {
	scale := 1.0
	if unit == "%" {
		scale = 100
	}
	d := checks.Limit{Name: name, Thresholds: checks.Thresholds{WarnAbove: l.warn / scale, FailAbove: l.fail / scale}}
	if l.warn > 0 {
		d.Warn = "from " + written(l.warn, unit)
	}
	if l.fail > 0 {
		d.Fail = "from " + written(l.fail, unit)
	}
	return d
}

// result returns the output and error of the check. A failure does not mention
// warnings.
func (v *verdict) result(output string) (string, error) {
	if len(v.failed) > 0 {
		return "", checks.Fail(checks.ReasonThreshold, errors.New(strings.Join(v.failed, "; ")))
	}
	if len(v.warned) > 0 {
		return output, checks.Warnf("%s", strings.Join(v.warned, "; "))
	}
	return output, nil
}

// decimal formats v with at most decimals decimal places.
func decimal(v float64, decimals int) string {
	scale := math.Pow10(decimals)
	return strconv.FormatFloat(math.Round(v*scale)/scale, 'f', -1, 64)
}

// percent formats a share of 0 to 100, such as "41.3%".
func percent(v float64) string { return decimal(v, 1) + "%" }

// size converts a number of bytes for display, capped at the largest checks.Size.
func size(bytes uint64) checks.Size { return checks.Size(min(bytes, math.MaxInt64)) }
