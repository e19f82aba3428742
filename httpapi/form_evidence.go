package httpapi

import (
	"strconv"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// appendEvidence appends the member "evidence", if there is any. "first" is left
// out if it is the same run as "last".
func appendEvidence(dst []byte, of EvidenceReporter, check string) []byte {
	last, first := of.Evidence(check)
	if last == nil {
		return dst
	}
	dst = appendRun(append(dst, `, "evidence": {"last": `...), last)
	if first != nil && first != last {
		dst = appendRun(append(dst, `, "first": `...), first)
	}
	return append(dst, '}')
}

// appendRun appends the evidence of one run. A member that the run has not
// recorded is absent.
func appendRun(dst []byte, e *checks.Evidence) []byte {
	dst = appendFloat(append(dst, `{"timestamp": `...), unixSeconds(e.Time))
	dst = appendFloat(append(dst, `, "response_time": `...), microseconds(e.Duration))
	dst = appendString(append(dst, `, "reason": `...), string(e.Reason))
	dst = appendString(append(dst, `, "output": `...), e.Output)
	dst = appendList(dst, "phases", e.Phases, appendPhase)
	dst = appendList(dst, "attempts", e.Attempts, appendAttempt)
	if e.TLS != nil {
		dst = appendMember(append(dst, `, "tls": {`...), "version", e.TLS.Version)
		dst = appendList(dst, "chain", e.TLS.Chain, func(dst []byte, c checks.Certificate) []byte { return appendCertificate(dst, c, e) })
		dst = append(dst, '}')
	}
	if e.Reply != nil {
		dst = append(dst, `, "reply": {`...)
		if e.Reply.Status != 0 {
			dst = append(appendInt(append(dst, `"status": `...), e.Reply.Status), ", "...)
		}
		dst = append(appendMember(dst, "begins", e.Reply.Begins), '}')
	}
	if e.Exit != nil {
		dst = appendInt(append(dst, `, "exit": {"code": `...), e.Exit.Code)
		dst = append(appendMember(append(dst, ", "...), "stderr", e.Exit.Stderr), '}')
	}
	dst = appendList(dst, "notes", e.Notes, appendNote)
	if e.Cut {
		dst = append(dst, `, "cut": true`...)
	}
	return append(dst, '}')
}

func appendPhase(dst []byte, p checks.Phase) []byte {
	dst = append(appendMember(dst, "name", p.Name), ", "...)
	if p.Peer != "" {
		dst = append(appendMember(dst, "peer", p.Peer), ", "...)
	}
	return appendFloat(append(dst, `"seconds": `...), microseconds(p.Duration))
}

func appendAttempt(dst []byte, a checks.Attempt) []byte {
	dst = appendMember(dst, "address", a.Address)
	if a.Error == "" {
		return dst
	}
	return appendMember(append(dst, ", "...), "error", a.Error)
}

// appendCertificate says how many days were left when the run ended.
func appendCertificate(dst []byte, c checks.Certificate, e *checks.Evidence) []byte {
	dst = append(appendMember(dst, "subject", c.Subject), ", "...)
	if len(c.Names) > 0 {
		dst = append(appendStrings(append(dst, `"names": `...), c.Names), ", "...)
	}
	dst = appendFloat(append(dst, `"not_after": `...), unixSeconds(c.NotAfter))
	return appendInt(append(dst, `, "days_left": `...), c.DaysLeft(e.Time))
}

func appendNote(dst []byte, n checks.Note) []byte {
	return appendMember(append(appendMember(dst, "name", n.Name), ", "...), "text", n.Text)
}

// appendMember appends a member whose value is a text.
func appendMember(dst []byte, name, text string) []byte {
	dst = append(appendString(dst, name), ": "...)
	return appendString(dst, text)
}

// appendList appends a member that is a list of objects, unless it is empty.
func appendList[T any](dst []byte, name string, list []T, members func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(appendString(append(dst, ", "...), name), ": ["...)
	for i, item := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(members(append(dst, '{'), item), '}')
	}
	return append(dst, ']')
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }
