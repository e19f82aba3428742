package postgres

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// prepared returns the password after SASLprep (RFC 4013). PostgreSQL applies
// SASLprep before it stores a SCRAM password: compatibility characters become
// ordinary ones, so that "Ｐａssª1" and "Passa1" are the same password. The
// driver's own preparation does not convert such characters. A password that is
// not UTF-8 is returned unchanged, as the server takes it.
func prepared(password string) string {
	if !utf8.ValidString(password) {
		return password
	}
	return norm.NFKC.String(strings.Map(mapped, password))
}

// mapped replaces the blanks of other scripts by an ordinary blank and drops
// characters that are "commonly mapped to nothing" (RFC 3454, table B.1).
func mapped(r rune) rune {
	switch {
	case r == '\u00ad', r == '\u034f', r == '\u1806', '\u180b' <= r && r <= '\u180d', '\u200b' <= r && r <= '\u200d',
		r == '\u2060', '\ufe00' <= r && r <= '\ufe0f', r == '\ufeff':
		return -1
	case r > unicode.MaxASCII && unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}
