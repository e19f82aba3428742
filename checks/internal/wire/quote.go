package wire

import (
	"strings"
	"unicode"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// maxClip is the length of the longest foreign text in a sentence, in bytes.
const maxClip = 200

// Clip returns the first line of a foreign text, at most 200 bytes of it, with
// "…" where something is cut. Control characters and bytes that are not text
// become U+FFFD.
func Clip(s string) string {
	line, _, cut := strings.Cut(s, "\n")
	line = strings.TrimRight(line, "\r")
	if len(line) > maxClip {
		line, cut = clip.At(line, maxClip), true
	}
	if cut {
		line += "…"
	}
	return strings.Map(printable, line)
}

// Clip returns what the func Clip returns for a text of the peer, and masks the
// secrets in it first: half a secret would not be recognized later.
func (r *Run) Clip(s string) string { return Clip(checktype.Scrub(r.ctx, s)) }

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

// Mask replaces the secrets in a foreign text: servers may echo their input.
// Secrets of fewer than four bytes are not masked, because they occur in ordinary
// words.
func Mask(text string, secrets ...string) string {
	const shortest = 4
	for _, secret := range secrets {
		if len(secret) >= shortest {
			text = strings.ReplaceAll(text, secret, clip.Mask)
		}
	}
	return text
}
