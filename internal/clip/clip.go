// Package clip cuts texts without cutting a character in two.
//
//	clip.At("naïve", 3)    // "na": byte 3 is inside the ï
//	clip.Short("naïve", 5) // "na…"
//
// It counts bytes, and leaves texts alone that are short enough. Line shows a
// text on one line; Mask is shown instead of a secret.
package clip

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mask takes the place of every secret, whatever its length or type.
const Mask = "********"

const ellipsis = "…"

// At returns s cut to at most n bytes.
func At(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Short returns s cut to at most n bytes, including the "…" at the end of a text
// that was cut.
func Short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return At(s, n-len(ellipsis)) + ellipsis
}

// Words returns s cut to at most n bytes, without the word that the cut leaves
// unfinished: half a secret is not recognized as one. Of a longer word than
// 1 KiB only the last KiB is dropped, so that something of s always stays.
func Words(s string, n int) string {
	const tail = 1 << 10
	if len(s) <= n {
		return s
	}
	s = At(s, n)
	kept := At(s, max(len(s)-tail, len(s)/2))
	if blank := strings.LastIndexFunc(s[len(kept):], unicode.IsSpace); blank >= 0 {
		return s[:len(kept)+blank]
	}
	return kept
}

// Line returns s on one line: line breaks and tabs are spelled \n, \r and \t.
func Line(s string) string {
	if !strings.ContainsAny(s, "\n\r\t") {
		return s
	}
	return strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
}
