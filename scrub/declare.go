package scrub

import "strings"

const maxType = 48 // bytes of a type in a declaration

// typeWords are the words of the types of strings.
var typeWords = wordSet(`str string string_view basic_string wstring cstring text char character bytes byte u8 rune
	any object const constexpr static mut dyn std null none undefined optional option maybe list array vec dict auto final
	readonly secret secretstr securestring charsequence nsstring unknown varchar varchar2 nvarchar`)

// typedValue returns where x begins in a declaration with a type, "key: string
// = x", or 0. i is the position before the type.
func (p *scan) typedValue(i int) int {
	i = skipSpaces(p.in, i)
	limit := min(len(p.in), i+maxType)
	start, words, own := i, 0, false
	for ; i < limit && p.in[i] != '='; i++ {
		switch c := p.in[i]; {
		case isASCIIAlnum(c) || c == '_':
			if i+1 < limit && (isASCIIAlnum(p.in[i+1]) || p.in[i+1] == '_') {
				continue
			}
			word := p.in[start : i+1]
			switch {
			case has(typeWords, word):
			case isUpper(word[0]) && len(word) > 1 && isLower(word[len(word)-1]):
				own = true
			default:
				return 0
			}
			words++
		case strings.IndexByte(" &'<>[]|.:?*,", c) < 0:
			return 0
		}
		start = i + 1
	}
	if words == 0 || i+1 >= limit || strings.IndexByte("=>", p.in[i+1]) >= 0 {
		return 0
	}
	value := skipSpaces(p.in, i+1)
	if quote, _ := openingQuote(p.in, value); own && quote < 0 && p.in[i-1] != ' ' {
		return 0
	}
	return value
}

// declared returns where x begins in "token string = x", or 0. v is the word
// after the name.
func (p *scan) declared(v candidate) int {
	if i := v.start + len(v.text); v.quote >= 0 || i+2 >= len(p.in) || p.in[i] != ' ' || p.in[i+1] != '=' {
		return 0
	}
	return p.typedValue(v.start)
}

// visibilityEnd returns the end of the visibility that PHP prints behind the
// name of a property in brackets, or i: ["password":protected], [password:Db:private].
func (p *scan) visibilityEnd(i int) int {
	if i == len(p.in) || p.in[i] != ':' {
		return i
	}
	rest := p.in[i:min(len(p.in), i+maxName)]
	n := strings.IndexByte(rest, ']')
	if n < 0 || !strings.HasSuffix(rest[:n], ":protected") && !strings.HasSuffix(rest[:n], ":private") {
		return i
	}
	return i + n
}

// phpString returns where a string begins that PHP's var_dump prints with its
// length, perhaps on the next line, or i: string(6) "secret".
func (p *scan) phpString(i int) int {
	start := i
	if i < len(p.in) && p.in[i] == '\n' {
		start = skipSpaces(p.in, i+1)
	}
	rest := p.in[start:min(len(p.in), start+len("string(1234567) "))]
	if !strings.HasPrefix(rest, "string(") {
		return i
	}
	if n := strings.Index(rest, ") "); n > 0 && isDigits(rest[len("string("):n]) {
		return start + n + len(") ")
	}
	return i
}
