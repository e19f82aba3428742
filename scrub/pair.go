package scrub

import "strings"

const maxName = 64 // bytes of a name in a text

// A sign stands between a name and its value.
type sign uint8

const (
	noSign     sign = iota
	equalsSign      // =, :=, =>
	colonSign       // :
	paramSign       // = in a query
	nextSign        // a blank, "is", ->, |, a comma between quotes
	tagSign         // > of an XML element
)

// A pair is a name with its sign and where its value begins.
type pair struct {
	name   span
	quoted bool // the name is in quotes
	sign   sign
	at     int  // the sign
	spaced bool // blanks surround the sign
	value  int
}

// named applies V5, V9 to V11, V15 and V16 to a word that could be the name of
// a secret. It returns the position to continue at, which is at most end if
// there is nothing to mask.
func (p *scan) named(start, end int, before span) int {
	pr, name := p.pairAt(start, end)
	if pr.sign == noSign {
		return end
	}
	if p.reg == prose {
		return p.proseValue(pr, name, before)
	}
	return p.dumpValue(pr, name)
}

// pairAt reads the sign after the word in[start:end].
func (p *scan) pairAt(start, end int) (pr pair, name string) {
	quoted := start > p.floor && isQuote(p.in[start-1])
	name = p.in[start:end]
	if quoted && end+1 < len(p.in) && p.in[end] == '\\' && p.in[end+1] == 'u' {
		if name, end = p.escapedName(start, end); name == "" {
			return pair{}, ""
		}
	}
	for end > start+1 && (p.in[end-1] == '.' || p.in[end-1] == '-') { // "password->", "the token."
		end--
		name = name[:max(len(name)-1, 0)]
	}
	if end == len(p.in) {
		return pair{}, ""
	}
	pr = pair{name: span{start, end}}
	i := end
	if quoted && (p.in[i] == '\\' || isQuote(p.in[i])) {
		if quote, _ := openingQuote(p.in, i); quote >= 0 && p.in[quote] == p.in[start-1] {
			pr.quoted, i = true, quote+1
		}
	}
	if i < len(p.in) && p.in[i] == ']' { // user[password]=, ["password"]=
		i++
	}
	if pr.at = skipSpaces(p.in, i); pr.at == len(p.in) {
		return pair{}, ""
	}
	pr.spaced = pr.at > i
	pr.sign, pr.value = p.signAt(pr)
	return pr, name
}

// signAt returns the sign at pr.at and where its value begins.
func (p *scan) signAt(pr pair) (sign, int) {
	i := pr.at
	switch rest := p.in[i:]; rest[0] {
	case '=':
		return p.equalsAt(pr, i)
	case ':':
		switch {
		case strings.HasPrefix(rest, ":="):
			return equalsSign, skipSpaces(p.in, i+2)
		case strings.HasPrefix(rest, "::"), strings.HasPrefix(rest, "://"):
			return noSign, 0
		}
		return colonSign, skipSpaces(p.in, i+1)
	case '%':
		if strings.HasPrefix(rest, "%3D") || strings.HasPrefix(rest, "%3d") {
			return paramSign, i + len("%3D")
		}
	case '>':
		if pr.quoted || p.opensTag(pr.name.start) {
			return tagSign, i + 1
		}
	case 'v', 'V', '\n', '\r', '"', '\'', ',', ';', '\\':
		if value := p.pairedValue(i); value > 0 {
			return equalsSign, value
		}
		listed := pr.quoted || pr.name.start > 0 && strings.IndexByte("{[(", p.in[pr.name.start-1]) >= 0
		if next := skipSpaces(p.in, i+1); rest[0] == ',' && listed && next < len(p.in) && isQuote(p.in[next]) {
			if p.isDefined(pr) {
				return colonSign, next
			}
			return nextSign, next
		}
	}
	if next := p.wordedSign(i); next > i {
		return nextSign, next
	}
	if !pr.spaced || p.in[i] == '\n' {
		return noSign, 0
	}
	if p.opensTag(pr.name.start) {
		rest := p.in[i:min(len(p.in), i+maxTag)]
		if n := strings.IndexAny(rest, "<>"); n >= 0 && rest[n] == '>' {
			return tagSign, i + n + 1
		}
	}
	if p.isDirective(pr, i) {
		return equalsSign, i
	}
	return nextSign, i
}

// wordedSign returns where the value begins after |, ->, "is" or "was" at i, or i.
func (p *scan) wordedSign(i int) int {
	switch p.in[i] {
	case '|', '-', 'i', 'w':
		for _, text := range [...]string{"|", "->", "is ", "was "} {
			if strings.HasPrefix(p.in[i:], text) {
				return skipSpaces(p.in, i+len(text))
			}
		}
	}
	return i
}

func (p *scan) equalsAt(pr pair, i int) (sign, int) {
	if before := pr.name.start - 1; before >= p.floor && before >= 0 && strings.IndexByte("?&#", p.in[before]) >= 0 {
		return paramSign, i + 1
	}
	i++
	if i < len(p.in) && strings.IndexByte("=>~", p.in[i]) >= 0 {
		i++
	}
	return equalsSign, skipSpaces(p.in, i)
}

// typedValue returns where x begins in a declaration with a type, "key: string
// = x", or 0. i is the position after the colon.
func (p *scan) typedValue(i int) int {
	start := skipSpaces(p.in, i)
	end := start
	for end < len(p.in) && end < start+16 && isASCIIAlnum(p.in[end]) {
		end++
	}
	if next := skipSpaces(p.in, end); end > start && next > end && next+1 < len(p.in) && p.in[next] == '=' && p.in[next+1] == ' ' {
		return skipSpaces(p.in, next+1)
	}
	return 0
}

const maxTag = 256 // bytes of the attributes of an XML element

// opensTag reports whether the name at i is that of an XML element.
func (p *scan) opensTag(i int) bool {
	if i > 0 && p.in[i-1] == ':' { // wsse:
		for i--; i > p.floor && nameBytes.has(p.in[i-1]) && p.word.end-i < maxName; i-- {
		}
	}
	return i > p.floor && p.in[i-1] == '<'
}

// pairedValue returns where the value x begins if a name is itself a value, as
// in "name: DB_PASSWORD, value: x", or 0.
func (p *scan) pairedValue(i int) int {
	limit := min(len(p.in), i+maxName)
	for i < limit && (isBlank(p.in[i]) || isQuote(p.in[i]) || strings.IndexByte(",;\\", p.in[i]) >= 0) {
		i++
	}
	const word = "value"
	if i+len(word) >= limit || !strings.EqualFold(p.in[i:i+len(word)], word) {
		return 0
	}
	i += len(word)
	for i < limit && (isQuote(p.in[i]) || p.in[i] == '\\') {
		i++
	}
	if i = skipSpaces(p.in, i); i < len(p.in) && (p.in[i] == ':' || p.in[i] == '=') {
		return skipSpaces(p.in, i+1)
	}
	return 0
}

// escapedName reads a name in quotes that has escapes of JSON: "pass\u0077ord".
func (p *scan) escapedName(start, end int) (string, int) {
	limit := min(len(p.in), start+2*maxName)
	n := strings.IndexByte(p.in[end:limit], '"')
	if n < 0 {
		return "", end
	}
	name := unquote(`"` + p.in[start:end+n] + `"`)
	return name, end + n
}
