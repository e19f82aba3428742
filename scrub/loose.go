package scrub

import (
	"strings"
	"unicode/utf8"
)

// maxLoose bounds the punctuation between a name and its value, in bytes.
const maxLoose = 32

// cdata begins the text of an XML element that is not markup.
const cdata = "<![CDATA["

// looseValue returns where the value begins after the punctuation at i, which
// any notation may put behind a name: password("x"), {token,<<"x">>},
// "Password ....: x", <td>Token</td><td>x</td>, &quot;token&quot;:&quot;x. It
// returns 0 if there is no value. The end of a clause separates a name from
// what follows, and so does a slash or an at sign. listed says that the name
// is part of a list, whose commas separate names from values.
func (p *scan) looseValue(i int, listed bool) int {
	signs := i
	for limit := min(len(p.in), i+maxLoose); i < limit; {
		switch c := p.in[i]; {
		case isASCIIAlnum(c):
			if next := p.wordedSign(i); next > i && i > signs { // (got x)
				i = next
				continue
			}
			return orNone(i, signs)
		case strings.IndexByte("/@#\\*$\n\r", c) >= 0:
			return 0
		case isBlank(c):
			if p.endsClause(signs, i) && !listed {
				return 0
			}
			i++
		case c == '&' || c == '%' || c == '<' || c >= utf8.RuneSelf:
			next := p.looseGroup(i)
			if next == i {
				return orNone(i, signs)
			}
			i = next
		default:
			i++
		}
	}
	return 0
}

func orNone(i, from int) int {
	if i == from {
		return 0
	}
	return i
}

// endsClause reports whether the punctuation in[from:i] ends a clause: one of
// ",;.!?", alone or after a closing bracket or quote.
func (p *scan) endsClause(from, i int) bool {
	if i == from || strings.IndexByte(",;.!?", p.in[i-1]) < 0 {
		return false
	}
	return i-1 == from || strings.IndexByte(")]}\"'`", p.in[i-2]) >= 0
}

// looseGroup returns the end of the entity of HTML, the escape of a URL, the
// tag or the wide sign at i, or i.
func (p *scan) looseGroup(i int) int {
	rest := p.in[i:min(len(p.in), i+maxLoose)]
	switch rest[0] {
	case '&':
		for n := 1; n < min(len(rest), 8); n++ {
			if rest[n] == ';' && n > 2 {
				return i + n + 1
			}
			if rest[n] != '#' && !isASCIIAlnum(rest[n]) {
				break
			}
		}
	case '%':
		if len(rest) > 2 && isHex(rest[1]|0x20) && isHex(rest[2]|0x20) && '2' <= rest[1] && (rest[1] < '4' || rest[2]|0x20 > 'a') {
			return i + 3
		}
	case '<':
		if strings.HasPrefix(rest, cdata) {
			return i + len(cdata)
		}
		if n := strings.IndexByte(rest, '>'); n > 1 && (rest[1] == '/' || isPlain(rest[1:n])) {
			return i + n + 1
		}
		return i + 1
	default:
		return i + wideSign(p.in, i)
	}
	return i
}

// wideSign returns the length of the punctuation at i that is not ASCII: dashes,
// arrows, and full-width signs. It returns 0 for any other text.
func wideSign(in string, i int) int {
	if in[i] != 0xE2 && in[i] != 0xEF && in[i] != 0xC2 {
		return 0
	}
	switch r, n := utf8.DecodeRuneInString(in[i:]); {
	case '\u2010' <= r && r <= '\u2027' && r != '…', '\u2030' <= r && r <= '\u205E', '\u2190' <= r && r <= '\u21FF', // dashes, quotes, arrows
		'\uFF01' <= r && r <= '\uFF0F', '\uFF1A' <= r && r <= '\uFF20', r == '«', r == '»':
		return n
	}
	return 0
}
