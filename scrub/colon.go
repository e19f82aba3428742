package scrub

import "strings"

// colon is everything that begins at a colon: URLs, JSON that does not parse,
// header lines, YAML, Go's %v, and user-info outside URLs. It returns where to
// go on.
func (p *scan) colon(i int) int {
	if strings.HasPrefix(p.in[i:], "://") {
		return p.url(i)
	}
	start, end := p.nameBefore(i)
	quoted := end < i && isQuote(p.in[i-1]) || end < i && p.quoteBefore(i) >= 0
	if quoted {
		if start = p.quotedName(end); start < 0 {
			return i + 1
		}
	}
	name := p.in[start:end]
	if name == "" || strings.EqualFold(name, "key") || !p.sensitive(name) {
		return p.bareUserInfo(i)
	}
	if next := p.named(start, end, i, quoted); next > i {
		return next
	}
	return p.bareUserInfo(i)
}

// named masks the value behind a sensitive name in[start:end] and the colon at
// i. It returns i when there is none.
func (p *scan) named(start, end, i int, quoted bool) int {
	value := skipSpaces(p.in, i+1)
	switch {
	case quoted:
		return p.jsonValue(i, value)
	case isHeader(p.in[start:end]) && (value > i+1 || isCredentialHeader(p.in[start:end])):
		return p.headerValue(start, i, value)
	case p.isSubject(start, end, value):
		return i
	case p.lines && p.startsLine(start) && (value > i+1 || value == p.lineEnd(value)):
		return p.yamlLine(start, i, value)
	case value == len(p.in), isBlank(p.in[value]), strings.HasPrefix(p.in[i:], "::"), strings.HasPrefix(p.in[i:], ":="):
		return i
	case p.nest > 0:
		return p.maskValue(value, p.nestedEnd(value), v11)
	case value == i+1 && p.isPort(i): // token-service:8080
		return i
	}
	return p.maskValue(value, p.valueEnd(value), v11)
}

// quoteBefore returns the quote that blanks separate from the sign at i, or -1.
func (p *scan) quoteBefore(i int) int {
	j := i
	for j > max(p.floor, i-maxSpaces) && (p.in[j-1] == ' ' || p.in[j-1] == '\t') {
		j--
	}
	if j > p.floor && isQuote(p.in[j-1]) {
		return j - 1
	}
	return -1
}

// quotedName returns where the name begins whose closing quote, with its
// backslashes, is at end; -1 if that is no name.
func (p *scan) quotedName(end int) int {
	quote := end
	for p.in[quote] == '\\' {
		quote++
	}
	for i := end; i > max(p.floor, end-maxName); i-- {
		c := p.in[i-1]
		if c == p.in[quote] {
			return i
		}
		if !nameBytes[c] && c != ' ' {
			return -1
		}
	}
	return -1
}

// jsonValue is V11 in JSON that does not parse: a string keeps its quotes, all
// else becomes a string.
func (p *scan) jsonValue(i, value int) int {
	for value < len(p.in) && isBlank(p.in[value]) {
		value++
	}
	if value == len(p.in) {
		return i
	}
	from := value
	if strings.IndexByte("bBrRuU", p.in[from]) >= 0 { // Python's b'…'
		from++
	}
	if quote, slashes := openingQuote(p.in, from); quote >= 0 {
		closing := closingQuote(p.in, quote+1, p.in[quote], slashes, false)
		if closing < 0 {
			return p.mask(quote+1, len(p.in), v11)
		}
		return p.mask(quote+1, closing-slashes, v11)
	}
	end := balancedOrAll(p.in, value)
	if strings.IndexByte("{[", p.in[value]) < 0 {
		for end = value; end < len(p.in) && strings.IndexByte(",}]\n", p.in[end]) < 0; end++ {
		}
	}
	if end == value {
		return i
	}
	return p.maskQuoted(value, end, p.quoteStyle(i))
}

func balancedOrAll(in string, i int) int {
	if in[i] != '{' && in[i] != '[' {
		return i
	}
	return orEnd(balanced(in, i), len(in))
}

// quoteStyle returns the closing quote of the name before the colon at i.
func (p *scan) quoteStyle(i int) string {
	quote := p.quoteBefore(i)
	return p.in[quote-backslashes(p.in, p.floor, quote) : quote+1]
}

// maskQuoted masks in[start:end] as a string in the given quotes.
func (p *scan) maskQuoted(start, end int, quote string) int {
	p.out = append(append(p.out, p.in[p.done:start]...), quote...)
	p.done = start
	p.mask(start, end, v11)
	p.out = append(p.out, quote...)
	return end
}

// isSubject says whether the name is what an error is about, and no name of a
// value: a path ("/etc/tls.key: no such file"), the object of a system call
// ("lookup auth: no such host"), or MySQL's "(using password: YES)".
func (p *scan) isSubject(start, end, value int) bool {
	before := p.in[max(p.floor, start-16):start]
	if strings.HasSuffix(before, "/") || strings.HasSuffix(before, "\\") {
		return true
	}
	word := strings.TrimRight(before, " ")
	if len(word) == len(before) || end == len(p.in) {
		return false
	}
	word = word[strings.LastIndexAny(word, " :(\n\"")+1:]
	switch word {
	case "open", "stat", "lstat", "read", "readlink", "write", "mkdir", "remove", "unlink", "chdir", "exec", "lookup":
		return true
	case "using":
		rest := p.in[value:]
		return strings.HasPrefix(rest, "YES)") || strings.HasPrefix(rest, "NO)")
	}
	return false
}

// nestedEnd returns the end of a value in Go's %v or in YAML's braces.
func (p *scan) nestedEnd(i int) int {
	if p.in[i] == '{' || p.in[i] == '[' {
		return orEnd(balanced(p.in[:p.lineEnd(i)], i), p.lineEnd(i))
	}
	end := p.valueEnd(i)
	if quote, _ := openingQuote(p.in, i); quote >= 0 {
		return end
	}
	last := end
	for last > i+1 && (p.in[last-1] == '}' || p.in[last-1] == ']') {
		last--
	}
	return last
}
