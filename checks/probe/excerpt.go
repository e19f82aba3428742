package probe

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// mask is what is shown instead of a secret.
const mask = "********"

// maxExcerpt is how much of a peer's answer is quoted in a failure, in bytes.
const maxExcerpt = 80

// excerpt quotes the first line of what a peer said, so that a person sees what
// is wrong. A peer may echo what we sent: those strings are masked first.
func excerpt(said []byte, secrets ...string) string {
	said = bytes.TrimLeft(said, "\r\n\t ")
	text := string(said[:min(len(said), maxAnswer)])
	for _, secret := range secrets {
		for _, s := range []string{secret, strings.TrimSpace(secret)} {
			if s != "" {
				text = strings.ReplaceAll(text, s, mask)
			}
		}
	}
	line, _, more := strings.Cut(text, "\n")
	line = strings.TrimRight(line, "\r")
	if len(line) > maxExcerpt {
		line, more = cutRune(line, maxExcerpt), true
	}
	if more {
		return fmt.Sprintf("%q…", line)
	}
	return fmt.Sprintf("%q", line)
}

// cutRune cuts s to at most n bytes, not within a rune.
func cutRune(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
