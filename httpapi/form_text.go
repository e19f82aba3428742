package httpapi

import (
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// A textForm has a line for each check and a last line for the overall status:
// [+] passed, [!] passed with a warning, [-] not passed.
//
//	[+] redis: redis ok
//	[!] disk: 86 % used, warns at 85 %
//	[-] search: connection refused (optional)
//	[+] mail: no answer (failed 3 of 20, still passed)
//	healthcheck: degraded
type textForm struct{ hide bool }

func (*textForm) open(dst []byte, _ collector.Report) []byte { return dst }

func (*textForm) separator() string { return "" }

func (f *textForm) result(dst []byte, r *collector.Result) []byte {
	dst = append(append(dst, textSign(r)...), r.Check...)
	dst = append(append(dst, ": "...), f.sentence(r)...)
	return append(f.appendNotes(dst, r), '\n')
}

// Sentence returns what [FormatText] says about r after the name of the check, on
// one line: its output, its warning, and why a check that has not passed does not
// make the report fail.
func Sentence(r *collector.Result) string {
	f := &textForm{}
	return string(f.appendNotes([]byte(f.sentence(r)), r))
}

// appendNotes says why the state contradicts the last result, and why a failure
// does not count.
func (f *textForm) appendNotes(dst []byte, r *collector.Result) []byte {
	if r.Threshold > 0 {
		dst = append(append(dst, " ("...), thresholdNote(r)...)
		dst = append(dst, ')')
	}
	if r.State != collector.StatePassed {
		dst = f.appendExcuse(dst, r)
	}
	return dst
}

// appendExcuse says why a check that has not passed does not make the report
// fail.
func (f *textForm) appendExcuse(dst []byte, r *collector.Result) []byte {
	if r.Optional {
		dst = append(dst, " (optional)"...)
	}
	switch {
	case r.Muted == nil:
	case f.hide:
		dst = append(dst, " (muted)"...)
	default:
		dst = append(append(append(dst, " (muted: "...), clip.Line(r.Muted.Reason)...), ')')
	}
	return dst
}

func textSign(r *collector.Result) string {
	switch {
	case r.State != collector.StatePassed:
		return "[-] "
	case r.Warning != "":
		return "[!] "
	}
	return "[+] "
}

// sentence returns the output and the warning, on one line. If a check type
// repeats one in the other, sentence shows the text once.
func (f *textForm) sentence(r *collector.Result) string {
	output, warning := clip.Line(r.Output), clip.Line(r.Warning)
	switch {
	case f.hide, output == "" && warning == "":
		return string(r.State)
	case warning == "", strings.Contains(output, warning):
		return output
	case strings.Contains(warning, output): // Also when output is empty.
		return warning
	}
	return output + " (warning: " + warning + ")"
}

// thresholdNote explains why the state of r contradicts its last result.
func thresholdNote(r *collector.Result) string {
	verb := "passed"
	if !r.Passed {
		verb = "failed"
	}
	return fmt.Sprintf("%s %d of %d, still %s", verb, r.Opposite, r.Threshold, r.State)
}

func (*textForm) end(dst []byte, rep collector.Report) []byte {
	dst = append(append(dst, "healthcheck: "...), rep.Status...)
	if rep.Draining != "" {
		dst = append(append(append(dst, " (draining: "...), clip.Line(rep.Draining)...), ')')
	}
	return append(dst, '\n')
}
