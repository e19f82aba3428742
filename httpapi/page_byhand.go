package httpapi

import (
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// maxByHand is the length of the longest command that a page shows, in bytes.
const maxByHand = 500

// byHand returns the command with which a person repeats a check, ready for a
// shell and without secrets. The arguments of a program are the operator's own
// text, in which the scrubber cannot know every secret; only trusted requests
// see them.
func (p *pages) byHand(r *collector.Result, trusted bool) string {
	def := p.known.definition(r.Check)
	if len(def.ByHand) == 0 || def.Type == "exec" && !trusted {
		return ""
	}
	return clip.Short(clip.Line(shellLine(p.o.Scrubber.Argv(def.ByHand))), maxByHand)
}

// shellLine writes a command as a shell reads it.
func shellLine(argv []string) string {
	words := make([]string, 0, len(argv))
	for _, arg := range argv {
		if arg == "" || strings.ContainsFunc(arg, special) {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}

// special reports whether a shell may take a character for more than itself.
func special(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return false
	}
	return !strings.ContainsRune("_./:=@%+,-", c)
}
