package clip

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible spells out characters that a terminal or a page would interpret: control
// characters other than line breaks and tabs, invisible characters, and those that
// change the direction of the text.
func Visible(s string) string {
	if !strings.ContainsFunc(s, acts) {
		return s
	}
	var b strings.Builder
	before := rune(0)
	for i, r := range s {
		shapes := (r == '\u200c' || r == '\u200d') && joinable(before) && joinable(after(s[i:])) ||
			unicode.Is(unicode.Variation_Selector, r) && before > ' ' && !acts(before)
		before = r
		switch {
		case !acts(r) || shapes:
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// acts reports whether r is a control character other than a line break or a
// tab, a line or paragraph separator, invisible, or changes the direction of the
// text after it.
func acts(r rune) bool {
	switch {
	case r == '\n', r == '\r', r == '\t':
		return false
	case r < 0x20, 0x7f <= r && r < 0xa0:
		return true
	case r < 0xad:
		return false
	}
	return r == '\u2028' || r == '\u2029' || invisible(r)
}

// joinable reports whether a joiner next to r changes how r is shown: r belongs
// to a script with joined letters or is an emoji.
func joinable(r rune) bool { return r >= 0x600 && !acts(r) }

// after returns the second rune of s, or 0.
func after(s string) rune {
	_, size := utf8.DecodeRuneInString(s)
	r, _ := utf8.DecodeRuneInString(s[size:])
	return r
}

// invisible reports whether r shows nothing by itself: zero-width characters,
// those that change the direction, the byte order mark, tag characters, fillers
// and variation selectors. The signs that enclose Arabic numbers are visible.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}
