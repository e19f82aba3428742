package httpapi

import (
	"context"
	"os"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Encode returns rep as the JSON that Healthcheck shows with "?verbose" on this
// machine. [Decode] reads it. Evidence has the evidence of the failures, which only
// some clients may see; nil leaves it out.
func Encode(rep collector.Report, evidence EvidenceReporter) []byte {
	hostname, _ := os.Hostname() // Without a name the member is empty.
	status := "success"
	if rep.Status == collector.StatusFailed {
		status = "failure"
	}
	b := appendFloat(jsonHead(hostname, status), unixSeconds(rep.Time))
	return append(b, render(&jsonForm{verbose: true, evidence: evidence, tail: []byte{'}'}}, rep, nil).body...)
}

// Render returns the body that Healthcheck with the options o writes for rep in
// a format. It calls the functions of sections with ctx; it ignores Answer.Body
// and the options that select checks. An unknown format is JSON.
func Render(ctx context.Context, rep collector.Report, o Options, format Format) []byte {
	h := Healthcheck(nil, o)
	out := h.outcome(rep)
	if format == FormatPlain {
		return out.plain
	}
	n := formNumber(format, false)
	body := render(h.forms[n], rep, nil).body
	if n != formJSON {
		return body
	}
	b := appendFloat(slices.Clone(out.head), unixSeconds(rep.Time))
	b = append(b, body...)
	if h.sections.dynamic {
		b = append(b, h.sections.call(ctx)...)
	}
	return b
}
