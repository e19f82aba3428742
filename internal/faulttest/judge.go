package faulttest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A Result is the outcome of one fault for the subject.
type Result struct {
	// Fault is its name.
	Fault string
	// Problems holds a sentence for each problem. Empty means that the subject
	// passed.
	Problems []string
	// Skipped says why the fault was not tried. Empty means that it was.
	Skipped string
	// Took, Reason and Text are of the last run: its duration, the reason of
	// its failure, and its sentence.
	Took   time.Duration
	Reason checks.Reason
	Text   string

	// missing means that this machine cannot make the fault.
	missing bool
	// certain means that at least one problem cannot be due to a busy machine.
	certain bool
}

func (r *Result) problem(format string, a ...any) {
	r.certain = true
	r.doubt(format, a...)
}

// doubt notes a problem that a stalled machine can cause.
func (r *Result) doubt(format string, a ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, a...))
}

// cannot notes that this machine cannot produce the fault, which is a problem in
// CI.
func (r *Result) cannot(err error) {
	if os.Getenv("CI") == "true" {
		r.problem("%v", err)
		return
	}
	r.Skipped, r.missing = err.Error(), true
}

// judge compares the outcome with what is wanted.
func (r *Result) judge(o outcome, want Want, f fault, timeout time.Duration) {
	if o.deaf {
		r.doubt("has not returned %v after its timeout of %v", deafness, timeout)
		return
	}
	if o.panicked != "" {
		r.problem("panics: %s", o.panicked)
		return
	}
	if limit := timeout + allowed(); o.took > limit {
		r.doubt("returns after %v, want at most %v", o.took, limit)
	}
	if want.Pass {
		if _, warned := checks.Warning(o.err); o.err != nil && !warned {
			r.doubt("fails, want a pass: %v", o.err)
		}
	} else {
		r.judgeFailure(o, want, f)
		r.judgeEvidence(o.evidence, f)
	}
	r.judgeSentence(o.sentence())
}

func (r *Result) judgeFailure(o outcome, want Want, f fault) {
	if _, warned := checks.Warning(o.err); o.err == nil || warned {
		r.problem("passes with %q, want a failure with the reason %s", o.output, want.Reason)
		return
	}
	if got := checks.ReasonOf(o.err); got != want.Reason && !slices.Contains(want.Or, got) {
		r.doubt("fails with the reason %s, want %s %s: %v", got, want.Reason, want.Or, o.err)
	}
	text := o.err.Error()
	switch {
	case want.Text != "":
		if !strings.Contains(text, want.Text) {
			r.doubt("says %q, want %q in it", text, want.Text)
		}
	case f.words != nil:
		if !containsAny(text, f.words) {
			r.doubt("says %q, want one of the words %q in it", text, f.words)
		}
	case !containsAny(unexplained(text), phases):
		r.doubt("says %q, want the phase, or what was wanted and found", text)
	}
}

// judgeEvidence wants the phase in which the run ended to be named, and what belongs
// to the fault.
func (r *Result) judgeEvidence(e *checks.Evidence, f fault) {
	if len(e.Phases) == 0 {
		r.problem("leaves no phases as evidence")
		return
	}
	last := e.Phases[len(e.Phases)-1]
	switch {
	case f.ends != nil && !containsAny(last.Name, f.ends):
		r.doubt("ended in the phase %q by its evidence, want one of %q: %s", last.Name, f.ends, e)
	case f.ends == nil && containsAny(last.Name, []string{"resolving", "connecting"}):
		r.doubt("ended in the phase %q by its evidence, want a later one: %s", last.Name, e)
	}
	if last.Peer == "" {
		r.problem("leaves no peer of the phase %q as evidence", last.Name)
	}
	if f.certified && (e.TLS == nil || len(e.TLS.Chain) == 0 || e.TLS.Chain[0].Subject+strings.Join(e.TLS.Chain[0].Names, "") == "") {
		r.problem("leaves no certificate as evidence: %s", e)
	}
	if f.name == "refused" && last.Name == "connecting" && (len(e.Attempts) == 0 || !strings.Contains(e.Attempts[0].Error, "refused")) {
		r.problem("leaves no address that refused as evidence: %s", e)
	}
}

// maxSentence is the length of the longest sentence that is shown whole, in bytes.
const maxSentence = 1 << 10

func (r *Result) judgeSentence(text string) {
	switch {
	case strings.TrimSpace(text) == "":
		r.problem("says nothing")
	case strings.ContainsAny(text, "\r\n"):
		r.problem("says more than one line: %q", text)
	case !utf8.ValidString(text):
		r.problem("says what is not UTF-8: %q", text)
	case len(text) > maxSentence:
		r.problem("says %d bytes, want at most %d: %.100q…", len(text), maxSentence, text)
	}
}

func (r *Result) keepsSecret(o outcome, secret string) {
	if secret == "" {
		return
	}
	if spelling := Leaked(o.text(), secret); spelling != "" {
		r.problem("shows the secret, as %q: %s", spelling, o.text())
	}
}

// unexplained returns text without the bare messages of the standard library,
// which say neither a phase nor what was wanted.
func unexplained(text string) string {
	for _, bare := range []string{
		"context deadline exceeded", "i/o timeout", "unexpected EOF", "EOF",
		"connection reset by peer", "broken pipe", "use of closed network connection",
	} {
		text = strings.ReplaceAll(text, bare, "")
	}
	return text
}

func containsAny(text string, words []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, strings.ToLower(w)) })
}

func reasonOf(o outcome) checks.Reason {
	if _, warned := checks.Warning(o.err); warned {
		return ""
	}
	return checks.ReasonOf(o.err)
}

// strict reports whether HEALTHCHECK_STRICT=1 says that the machine is quiet.
func strict() bool { return os.Getenv("HEALTHCHECK_STRICT") == "1" }

func allowed() time.Duration {
	if strict() {
		return grace
	}
	return busyGrace
}
