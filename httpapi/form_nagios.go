package httpapi

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// NagiosStatus returns the exit status of a Nagios plugin for a status: 0 OK,
// 1 WARNING, 2 CRITICAL.
func NagiosStatus(s collector.Status) int {
	switch s {
	case collector.StatusPassed:
		return 0
	case collector.StatusDegraded:
		return 1
	}
	return 2
}

// A nagiosForm is the output of a Nagios plugin: one line that begins with the
// status and names what is critical first, causes before the checks that wait for
// them; then the performance data, which are the durations, the values and the
// thresholds of all checks.
//
//	CRITICAL - db: connection refused; disk: 86 % used | 'db'=0.001200s 'disk'=0.000312s 'disk used_ratio'=0.86;0.85;0.95
type nagiosForm struct{ hide bool }

func (*nagiosForm) open(dst []byte, _ collector.Report) []byte { return dst }

func (*nagiosForm) separator() string { return "" }

// result appends nothing: the results come after a summary of all of them.
func (*nagiosForm) result(dst []byte, _ *collector.Result) []byte { return dst }

func (f *nagiosForm) end(dst []byte, rep collector.Report) []byte {
	word := [...]string{"OK", "WARNING", "CRITICAL"}[NagiosStatus(rep.Status)]
	dst = append(append(dst, word...), " - "...)
	dst = append(dst, NagiosText(f.summary(rep))...)
	for i, r := range rep.Results {
		if i == 0 {
			dst = append(dst, " |"...)
		}
		dst = fmt.Appendf(dst, " '%s'=%.6fs", r.Check, r.Duration.Seconds())
		if !f.hide {
			dst = appendPerformance(dst, r)
		}
	}
	return append(dst, '\n')
}

// summary returns the problems, or the number of checks that passed.
func (f *nagiosForm) summary(rep collector.Report) string {
	var critical, waiting, others []string
	for _, r := range rep.Results {
		switch {
		case r.State == collector.StateSkipped && r.Counts():
			waiting = append(waiting, f.problem(r, r.Output))
		case r.State != collector.StatePassed && r.Counts():
			critical = append(critical, f.problem(r, r.Output))
		case r.State != collector.StatePassed:
			others = append(others, f.problem(r, r.Output))
		case r.Warning != "":
			others = append(others, f.problem(r, r.Warning))
		}
	}
	problems := slices.Concat(critical, waiting, others)
	if rep.Draining != "" {
		problems = slices.Insert(problems, 0, "draining: "+rep.Draining)
	}
	switch n := len(rep.Results); {
	case len(problems) > 0:
		return strings.Join(problems, "; ")
	case n == 1:
		return "1 check passed"
	default:
		return fmt.Sprintf("%d checks passed", n)
	}
}

func (f *nagiosForm) problem(r *collector.Result, text string) string {
	switch {
	case !f.hide:
		return r.Check + ": " + text
	case r.State == collector.StatePassed:
		return r.Check + ": warning"
	}
	return r.Check + ": " + string(r.State)
}

// appendPerformance appends the observed values. The base unit at the end of a
// name becomes the unit of measurement where Nagios knows it.
func appendPerformance(dst []byte, r *collector.Result) []byte {
	for _, v := range r.Values {
		number := "U"
		if !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0) {
			number = string(appendPlain(nil, v.Value))
		}
		unit := ""
		switch {
		case number == "U":
		case strings.HasSuffix(v.Name, "_seconds") && !strings.HasSuffix(v.Name, "_timestamp_seconds"):
			unit = "s"
		case strings.HasSuffix(v.Name, "_bytes"):
			unit = "B"
		case strings.HasSuffix(v.Name, "_total"):
			unit = "c"
		}
		dst = fmt.Appendf(dst, " '%s %s'=%s%s", r.Check, nagiosLabel(v.Name), number, unit)
		dst = appendNagiosLimits(dst, thresholdsOf(r, v.Name))
	}
	return dst
}

// appendPlain appends a number without an exponent, which Nagios does not read.
func appendPlain(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', -1, 64) }

// nagiosLabel removes characters that would end a label: a quote, an equals
// sign, "|".
func nagiosLabel(s string) string {
	return strings.NewReplacer("'", "_", "=", "_", "|", "_", "\n", "_").Replace(s)
}

// NagiosText returns a text fit for the output of a Nagios plugin: on one line,
// and without the "|" that begins the performance data.
func NagiosText(s string) string {
	return strings.NewReplacer("|", "/", "\r\n", "; ", "\n", "; ", "\r", "; ", "\t", " ").Replace(s)
}
