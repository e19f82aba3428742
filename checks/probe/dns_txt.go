package probe

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// normaliseTXT reads a TXT record in zone file syntax (RFC 1035, section 5.1):
// one or more quoted strings with the escapes \", \\ and \DDD. Without quotes the
// whole text is one string. The strings of a record are joined to one text (RFC
// 7208, section 3.3).
func normaliseTXT(text string) (string, bool) {
	rest := strings.TrimSpace(text)
	if !strings.HasPrefix(rest, `"`) {
		return unescapeTXT(text)
	}
	var all strings.Builder
	for rest != "" {
		if rest[0] != '"' {
			return "", false
		}
		end := closingQuote(rest)
		if end < 0 {
			return "", false
		}
		part, ok := unescapeTXT(rest[1:end])
		if !ok {
			return "", false
		}
		all.WriteString(part)
		rest = strings.TrimLeft(rest[end+1:], " \t")
	}
	return all.String(), true
}

// closingQuote returns the index of the quote that ends the string at the
// beginning of s, or -1.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// unescapeTXT replaces \DDD by the byte of that decimal number, and a backslash
// before any other character by that character.
func unescapeTXT(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", false
		}
		if s[i] < '0' || s[i] > '9' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		n := 0
		for _, digit := range []byte(s[i : i+3]) {
			if digit < '0' || digit > '9' {
				return "", false
			}
			n = 10*n + int(digit-'0')
		}
		if n > 255 {
			return "", false
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), true
}

// printableTXT returns the text of a record in zone file syntax, in quotes if it
// needs them.
func printableTXT(ctx context.Context, text string) string {
	if len(text) > maxExcerpt {
		text = checktype.Scrub(ctx, text)
	}
	shown := clip.At(text, maxExcerpt)
	quoted := shown == "" || shown[0] == ' ' || shown[len(shown)-1] == ' '
	var b strings.Builder
	for i, r := range shown {
		switch {
		case r == '"' || r == '\\':
			quoted = true
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == utf8.RuneError || !unicode.IsPrint(r):
			quoted = true
			_, size := utf8.DecodeRuneInString(shown[i:])
			for _, c := range []byte(shown[i : i+size]) {
				fmt.Fprintf(&b, "\\%03d", c)
			}
		default:
			b.WriteRune(r)
		}
	}
	out := b.String()
	if quoted {
		out = `"` + out + `"`
	}
	if len(shown) < len(text) {
		out += "…"
	}
	return out
}
