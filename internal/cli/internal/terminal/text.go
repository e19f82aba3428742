package terminal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

const ellipsis = "…"

// Line makes a text of any origin fit for one line of a terminal: it spells out
// line breaks, control characters and characters that change the direction of
// the text.
func Line(s string) string {
	return clip.Visible(clip.Line(strings.ToValidUTF8(s, "\uFFFD")))
}

// Width is the number of columns that s takes: two for a wide character such as
// 日, none for a combining one.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), 0x1160 <= r && r <= 0x11ff: // The latter join the Hangul letter before them.
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Cut returns s cut to at most n columns, including the "…" at the end of a text
// that was cut.
func Cut(s string, n int) string {
	if Width(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	return s[:prefix(s, n-1)] + ellipsis
}

// prefix returns the length in bytes of the longest beginning of s that takes at
// most n columns, with the combining characters after it.
func prefix(s string, n int) int {
	for i, r := range s {
		if n -= runeWidth(r); n < 0 {
			return i
		}
	}
	return len(s)
}

// Pad returns s with blanks after it, so that it takes at least n columns.
func Pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-Width(s))) }

// Wrap cuts s into lines: the first of at most first columns, the others of at most
// rest columns. It cuts at blanks, and in the middle of words that are too long.
// Each line takes at least one character.
func Wrap(s string, first, rest int) []string {
	var lines []string
	for n := first; ; n = rest {
		end := prefix(s, n)
		if end == 0 {
			_, end = utf8.DecodeRuneInString(s)
		}
		if end == len(s) {
			return append(lines, s)
		}
		if blank := strings.LastIndexByte(s[:end+1], ' '); blank > 0 {
			end = blank
		}
		lines = append(lines, strings.TrimRight(s[:end], " "))
		s = strings.TrimLeft(s[end:], " ")
	}
}
