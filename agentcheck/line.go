package agentcheck

import (
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// maxReason is the length of the longest reason in bytes: haproxy keeps 127
// (HCHK_DESC_LEN) of what follows the #.
const maxReason = 120

// line returns what is told of a report, with its newline.
func line(rep collector.Report, degradedWeight int) string {
	switch {
	case rep.Draining != "":
		return "up 0%\n"
	case rep.Status == collector.StatusFailed:
		return "down #" + reason(rep) + "\n"
	case rep.Status == collector.StatusDegraded:
		return fmt.Sprintf("up %d%%\n", degradedWeight)
	}
	return "up 100%\n"
}

// reason names the first check that fails the whole; one that was skipped is
// named only if no other is: it is the consequence, and the cause is news.
func reason(rep collector.Report) string {
	var skipped *collector.Result
	for _, r := range rep.Results {
		switch {
		case r.State == collector.StatePassed || r.Optional:
		case r.State != collector.StateSkipped:
			return harmless(r.Check + ": " + r.Output)
		case skipped == nil:
			skipped = r
		}
	}
	if skipped == nil {
		return "failed"
	}
	return harmless(skipped.Check + ": " + skipped.Output)
}

// harmless makes a text safe to follow the #: printable ASCII on one line, in
// which haproxy finds neither a percentage nor another reason, and none of the
// words that write its administrative state.
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
		// The cut may have made a word of the beginning of another.
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
