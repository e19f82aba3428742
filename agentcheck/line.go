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

// reason names the first check that fails the whole.
func reason(rep collector.Report) string {
	for _, r := range rep.Results {
		if r.State != collector.StatePassed && !r.Optional {
			return harmless(r.Check + ": " + r.Output)
		}
	}
	return "failed"
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
	words := strings.Fields(b.String())
	for i, w := range words {
		words[i] = defused(w)
	}
	clean := strings.Join(words, " ")
	if len(clean) > maxReason {
		clean = clean[:maxReason-3] + "..."
	}
	return clean
}

// defused breaks the words of haproxy's administrative state inside of word,
// which may have punctuation around or between them: "drain" becomes "d_rain".
func defused(word string) string {
	for start := 0; start < len(word); {
		if !letter(word[start]) {
			start++
			continue
		}
		end := start
		for end < len(word) && letter(word[end]) {
			end++
		}
		switch strings.ToLower(word[start:end]) {
		case "ready", "drain", "maint":
			word = word[:start+1] + "_" + word[start+1:]
			end++
		}
		start = end
	}
	return word
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
