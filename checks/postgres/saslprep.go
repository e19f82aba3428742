package postgres

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// prepared returns a password as SASLprep (RFC 4013) has it, which PostgreSQL
// applies before it stores a SCRAM password: compatibility characters become
// ordinary ones, so that "Ｐａssª1" and "Passa1" are the same password. What the
// driver does on its own leaves such characters. Passwords that SASLprep forbids
// are used as they are; for them the second try of [session.authenticate] counts.
func prepared(password string) string {
	for i := range len(password) {
		if password[i] >= 0x80 {
			return norm.NFKC.String(strings.Map(mapped, password))
		}
	}
	return password
}

// mapped turns the blanks of other scripts into an ordinary one and drops what is
// "commonly mapped to nothing" (RFC 3454, table B.1).
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
