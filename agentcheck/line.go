package agentcheck

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// maxReason is the maximum length of a reason in bytes: haproxy keeps 127 bytes
// (HCHK_DESC_LEN) after the #.
const maxReason = 120

// line returns the line for a report, with its newline. The first matching rule
// decides: the service is drained; a check that counts has failed; a check that
// counts has no result, which leaves haproxy's state as it is; the service is
// degraded.
func line(rep collector.Report, degradedWeight int) string {
	if rep.Draining != "" {
		return "up 0% #" + harmless("draining: "+rep.Draining) + "\n"
	}
	why, unknown := failure(rep)
	switch {
	case why != "":
		return "down #" + cmp.Or(harmless(why), "failed") + "\n" // A name made of control characters leaves nothing.
	case unknown:
		return "\n"
	case rep.Status == collector.StatusFailed:
		return "down #failed\n"
	case rep.Status == collector.StatusDegraded:
		return fmt.Sprintf("up %d%%\n", degradedWeight)
	}
	return "up 100%\n"
}

// failure names the first check that makes the report fail. It names a skipped
// check, which is only the consequence of a failure, if it finds no other.
// Unknown reports whether a check that counts has no result.
func failure(rep collector.Report) (why string, unknown bool) {
	var skipped *collector.Result
	for _, r := range rep.Results {
		switch {
		case r.State == collector.StatePassed || !r.Counts():
		case r.State == collector.StateUnknown:
			unknown = true
		case r.State == collector.StateFailed:
			return because(r), false
		case skipped == nil:
			skipped = r
		}
	}
	if skipped != nil {
		return because(skipped), false
	}
	return "", unknown
}

// because says what is wrong with a check; a Reporter may leave out the output.
func because(r *collector.Result) string {
	if r.Output == "" {
		return r.Check
	}
	return r.Check + ": " + r.Output
}

// harmless makes a text safe to follow the #: printable ASCII on one line,
// without a percentage, a second reason, or the words that write haproxy's
// administrative state.
func harmless(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '%' || r == '#':
			r = '_'
		case r < ' ' || r == 0x7f:
			r = ' '
		case r > '~':
			r = '?'
		}
		b.WriteRune(r)
	}
	clean := defused(strings.Join(strings.Fields(b.String()), " "))
	if len(clean) > maxReason {
		// The cut may have turned the beginning of a longer word into such a
		// word.
		clean = defused(clean[:maxReason-len("_...")]) + "..."
	}
	return clean
}

// defused breaks the words of haproxy's administrative state, whatever
// punctuation is around them: "drain" becomes "d_rain".
func defused(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		n := letters(rest)
		if n == 0 {
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		word := rest[:n]
		switch strings.ToLower(word) {
		case "ready", "drain", "maint":
			word = word[:1] + "_" + word[1:]
		}
		b.WriteString(word)
		rest = rest[n:]
	}
	return b.String()
}

// letters returns how many letters s begins with.
func letters(s string) int {
	n := 0
	for n < len(s) && letter(s[n]) {
		n++
	}
	return n
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
