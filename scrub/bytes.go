package scrub

import (
	"strings"
	"unicode/utf8"
)

// A set is a set of bytes, by its bit in classes. Letters of other scripts are
// bytes from 128 on.
type set uint16

const (
	nameBytes   set = 1 << iota // db.password, X-Api-Key, --token
	userBytes                   // of a user name outside a URL
	schemeBytes                 // of a URL's scheme
	bearerBytes                 // of a bearer token (RFC 6750)
	base64Bytes
	plainBytes // of most tokens
	dotBytes   // and a dot
	alnumBytes
	upperBytes // upper case and digits
	hexBytes
	proseBytes // of plain words
	pathBytes
	paramBytes
	stopBytes  // at which a value may end
	callBytes  // of the name of a function
	quoteBytes // that mark a quote: b"x", N'x'
)

// classes has the sets of every byte.
var classes = func() (table [256]set) {
	add := func(sets set, is func(c byte) bool) {
		for c := range table {
			if is(byte(c)) {
				table[c] |= sets
			}
		}
	}
	of := func(list string) func(byte) bool {
		return func(c byte) bool { return strings.IndexByte(list, c) >= 0 }
	}
	not := func(list string) func(byte) bool {
		return func(c byte) bool { return strings.IndexByte(list, c) < 0 }
	}
	add(nameBytes|userBytes|proseBytes, isAlnum)
	add(schemeBytes|bearerBytes|base64Bytes|plainBytes|dotBytes|alnumBytes, isASCIIAlnum)
	add(nameBytes|dotBytes, of("_-."))
	add(plainBytes, of("_-"))
	add(userBytes, of("_.%+~$!@-"))
	add(schemeBytes, of("+.-"))
	add(bearerBytes, of("_-.~+/="))
	add(base64Bytes, of("+/=_-"))
	add(upperBytes, isUpper)
	add(upperBytes, isDigit)
	add(hexBytes, isHex)
	add(proseBytes, of("-/'_"))
	add(callBytes, isASCIIAlnum)
	add(callBytes, of("@_.:!"))
	add(quoteBytes, of("bBuUrRNEL@"))
	add(pathBytes, not(" \t\n\v\f\r?#\"'`<>()\\,;"))
	add(paramBytes, not(" \t\n\v\f\r&;#\"'`<>\\"))
	add(stopBytes, of(" \t\n\v\f\r;&\"'`,}]"))
	add(stopBytes, func(c byte) bool { return c >= 0xC2 }) // wide blanks
	for c := '0'; c <= '9'; c++ {
		table[c] &^= proseBytes
	}
	return table
}()

// kinds classify bytes for judging the shape of a value.
var kinds = func() (table [256]uint8) {
	for c := range table {
		switch b := byte(c); {
		case isUpper(b):
			table[c] = upper
		case isDigit(b):
			table[c] = digit
		case isAlnum(b):
			table[c] = lower
		case strings.IndexByte("-_./:", b) >= 0:
			table[c] = joiner
		}
	}
	return table
}()

const (
	symbol = iota
	joiner
	upper
	lower
	digit
)

func (s set) has(c byte) bool { return classes[c]&s != 0 }

// run returns the end of the bytes of s that begin at i.
func (s set) run(in string, i int) int {
	for i < len(in) && classes[in[i]]&s != 0 {
		i++
	}
	return i
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isASCIIAlnum(c byte) bool { return isLower(c) || isUpper(c) || isDigit(c) }

// isAlnum treats the bytes of other scripts as letters.
func isAlnum(c byte) bool { return isASCIIAlnum(c) || c >= utf8.RuneSelf }

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' }

// spaceLen returns the length of the blank at i, including the wide and the
// no-break blanks of Unicode, and 0 if there is no blank. A line break is not a
// space.
func spaceLen(in string, i int) int {
	if i >= len(in) {
		return 0
	}
	switch c := in[i]; {
	case c == ' ' || c == '\t':
		return 1
	case c == 0xC2 && i+1 < len(in) && in[i+1] == 0xA0:
		return 2
	case c == 0xE2 || c == 0xE3:
		switch r, n := utf8.DecodeRuneInString(in[i:]); {
		case '\u2000' <= r && r <= '\u200A', r == '\u202F', r == '\u3000':
			return n
		}
	}
	return 0
}

// skipSpaces returns the first position from i on that is not a space.
func skipSpaces(in string, i int) int {
	for {
		n := spaceLen(in, i)
		if n == 0 {
			return i
		}
		i += n
	}
}
