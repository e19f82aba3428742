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
	looseSign       // other punctuation
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
	value := p.dumpValue
	if p.reg == prose {
		value = p.proseValue
	}
	next := value(pr, name, before)
	if next == p.floor && next > pr.value {
		return p.changed(next)
	}
	return next
}

// changed masks the new value behind a masked one: password = "a" -> "b".
func (p *scan) changed(end int) int {
	i := end
	if quote, _ := openingQuote(p.in, i); quote >= 0 {
		i = quote + 1
	}
	i = skipSpaces(p.in, i)
	if !strings.HasPrefix(p.in[i:], "->") && !strings.HasPrefix(p.in[i:], "=>") {
		return end
	}
	v := p.candidate(skipSpaces(p.in, i+len("->")), false)
	switch {
	case isPlaceholder(v.text):
		return end
	case v.quote >= 0:
		return p.maskQuotes(v, v10)
	case v.text[0] != '(' && isWeak(v.text, weakPassword), isStrong(v.text): // not "(known after apply)"
		return p.mask(v.start, p.candidateEnd(v), v10)
	}
	return end
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
	i = p.visibilityEnd(i)
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
		case strings.HasPrefix(rest, ":: "): // LDIF
			return colonSign, i + len(":: ")
		case strings.HasPrefix(rest, "::"), strings.HasPrefix(rest, "://"):
			return noSign, 0
		}
		return colonSign, p.phpString(skipSpaces(p.in, i+1))
	case '-':
		if strings.HasPrefix(rest, "->") && !pr.spaced && !p.isMember(i+len("->")) {
			return colonSign, i + len("->")
		}
	case '.', '+', '?', '|', '^', '~', '[':
		if n := assignment(rest); n > 0 {
			return equalsSign, skipSpaces(p.in, i+n)
		}
	case '%':
		if strings.HasPrefix(rest, "%3D") || strings.HasPrefix(rest, "%3d") {
			return paramSign, i + len("%3D")
		}
		if strings.HasPrefix(rest, "%5D=") || strings.HasPrefix(rest, "%5d=") { // user%5Bpassword%5D=
			return paramSign, i + len("%5D=")
		}
	case '>':
		if pr.quoted && p.isAttribute(pr, "name=") || pr.quoted && p.isAttribute(pr, "key=") || p.opensTag(pr.name.start) {
			if strings.HasPrefix(rest[1:], cdata) {
				i += len(cdata)
			}
			return tagSign, i + 1
		}
	case 'v', 'V', 'c', 'C', '\n', '\r', '"', '\'', ',', ';', '\\':
		if value := p.pairedValue(i); value > 0 {
			return equalsSign, value
		}
		if value := p.partValue(pr, i); value > 0 {
			return equalsSign, value
		}
		if next := skipSpaces(p.in, i+1); rest[0] == ',' && p.isListed(pr) && next < len(p.in) && isQuote(p.in[next]) {
			if p.isDefined(pr) {
				return colonSign, next
			}
			return nextSign, next
		}
	}
	return p.weakSign(pr)
}

// weakSign returns the sign at pr.at, where there is no operator, and where its
// value begins.
func (p *scan) weakSign(pr pair) (sign, int) {
	i := pr.at
	if next := p.wordedSign(i); next > i {
		return nextSign, next
	}
	if !pr.spaced || !p.beginsValue(i) {
		return looseSign, i
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
	if isDigit(p.in[i]) && i+2 < len(p.in) { // password 7 x: the kind of an encoding; "Unseal Key 1: x"
		return nextSign, skipSpaces(p.in, skipNumber(p.in, i))
	}
	return nextSign, i
}

// skipNumber returns the end of the digit at i and of a colon behind it, if a
// blank follows, or i.
func skipNumber(in string, i int) int {
	end := i + 1
	if end < len(in) && in[end] == ':' {
		end++
	}
	if end < len(in) && in[end] == ' ' {
		return end
	}
	return i
}

// beginsValue reports whether a value, perhaps in quotes, or a flag begins at i.
func (p *scan) beginsValue(i int) bool {
	switch c := p.in[i]; {
	case c == '-':
		return true
	case isAlnum(c):
		return c < 0xC2 || wideSign(p.in, i) == 0
	}
	quote, _ := openingQuote(p.in, i)
	return quote >= 0
}

// wordedSign returns where the value begins after |, ->, or a word such as "is"
// at i, or i.
func (p *scan) wordedSign(i int) int {
	switch p.in[i] {
	case '|', '-', 'i', 'w', 'g', 's', 'c', 'r', 'h':
	default:
		return i
	}
	const generated = "is generated for " // MySQL: … root@localhost: x
	if rest := p.in[i:min(len(p.in), i+len(generated)+maxName)]; strings.HasPrefix(rest, generated) {
		if n := strings.Index(rest, ": "); n > 0 {
			return i + n + len(": ")
		}
	}
	rest := strings.TrimPrefix(p.in[i:], "has been ")
	for _, text := range [...]string{"|", "->", "is ", "is: ", "was ", "was: ", "got ", "set to ", "reset to ", "changed to "} {
		if strings.HasPrefix(rest, text) {
			return skipSpaces(p.in, len(p.in)-len(rest)+len(text))
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
	return equalsSign, p.phpString(skipSpaces(p.in, i))
}

// isMember reports whether the word at i is a method or has a member itself.
func (p *scan) isMember(i int) bool {
	end := alnumBytes.run(p.in[:min(len(p.in), i+maxName)], i)
	return end < len(p.in) && (strings.IndexByte("([_", p.in[end]) >= 0 || strings.HasPrefix(p.in[end:], "->"))
}

// assignment returns the length of an assignment operator other than = and :=
// at the beginning of a text: ".=", "||=", and the brackets of an array of C
// before "=". It returns 0 if text begins with no such operator.
func assignment(text string) int {
	n := 0
	if text[0] == '[' {
		for n = 1; n < min(len(text), 8) && isDigit(text[n]); n++ {
		}
		if n == len(text) || text[n] != ']' {
			return 0
		}
		n = skipSpaces(text, n+1)
		if next := skipSpaces(text, min(len(text), n+1)); next == len(text) || strings.IndexByte("\"'{*", text[next]) < 0 {
			return 0
		}
	} else {
		for n < min(len(text), 2) && strings.IndexByte(".+?|^~", text[n]) >= 0 {
			n++
		}
	}
	if n >= len(text) || text[n] != '=' || strings.HasPrefix(text[n:], "==") {
		return 0
	}
	return n + 1
}

// isListed reports whether a name is the first element of a pair in brackets.
func (p *scan) isListed(pr pair) bool {
	return pr.quoted || pr.name.start > 0 && strings.IndexByte("{[(", p.in[pr.name.start-1]) >= 0
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
	end := i
	for end < limit && isASCIIAlnum(p.in[end]) {
		end++
	}
	if word := p.in[i:end]; !strings.EqualFold(word, "value") && !strings.EqualFold(word, "content") {
		return 0
	}
	i = end
	for i < limit && (isQuote(p.in[i]) || p.in[i] == '\\') {
		i++
	}
	if i = skipSpaces(p.in, i); i < len(p.in) && (p.in[i] == ':' || p.in[i] == '=') {
		return skipSpaces(p.in, i+1)
	}
	return 0
}

// partValue returns where the value begins if a name is that of a part of a
// multipart form: name="password", an empty line, the value. It returns 0
// otherwise.
func (p *scan) partValue(pr pair, i int) int {
	if !pr.quoted || !p.isAttribute(pr, " name=") {
		return 0
	}
	for _, lines := range [...]string{"\r\n\r\n", "\n\n"} {
		if strings.HasPrefix(p.in[i:], lines) {
			return i + len(lines)
		}
	}
	return 0
}

// isAttribute reports whether a name in quotes is the value of an attribute.
func (p *scan) isAttribute(pr pair, attribute string) bool {
	return strings.HasSuffix(p.in[p.floor:pr.name.start-1], attribute)
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
