// Package clip makes texts short enough to be shown, without cutting a character
// in two.
//
//	clip.At("naïve", 3)              // "na": byte 3 is inside the ï
//	clip.Short("naïve", 5)           // "na…"
//	clip.Duration(90 * time.Minute)  // "1h30m"
//
// Lengths are in bytes. A text that is short enough is returned unchanged. Line
// shows a text on one line, Visible shows its control characters; Mask is shown
// instead of a secret.
package clip

import (
	"strings"
	"time"
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

// Words returns s cut to at most n bytes, and drops the word that the cut leaves
// unfinished, because the scrubber does not recognize half a secret. If that word
// is longer than 1 KiB, Words drops only its last KiB, so that part of s always
// remains.
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

// Duration returns d as a person writes it, rounded to seconds, below one second to
// milliseconds, and without zero units at its end: 350ms, 41s, 3m, 1h2m.
func Duration(d time.Duration) string {
	unit := time.Second
	if d.Abs() < time.Second {
		unit = time.Millisecond
	}
	s := d.Round(unit).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
