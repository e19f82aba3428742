package scrub

import "strings"

// dumpValue masks the value of a sensitive name in the text of a dump.
func (p *scan) dumpValue(pr pair, name string, before span) int {
	given, word, isFlag := pr, name, name[0] == '-'
	name = strings.TrimLeft(name, "-")
	if pr.sign == nextSign && !isFlag {
		if v := p.candidate(pr.value, true); !v.isStrong() {
			value := p.declared(v)
			if value == 0 {
				return p.proseValue(given, word, before)
			}
			pr.sign, pr.value = equalsSign, value
		}
	}
	switch {
	case name == "authSource", name == "authMechanism", // MongoDB: they say how the client authenticates
		allowed[name] && !p.isSensitive(name, pr):
		return pr.name.end
	case pr.sign != paramSign && strings.EqualFold(name, "key"), !p.isSensitive(name, pr):
		return p.proseValue(given, word, before) // A dump masks what a sentence masks.
	case p.isMasked(pr.value):
		return p.skip(pr.value + len(Mask))
	}
	switch pr.sign {
	case looseSign:
		return p.loose(pr, counted)
	case colonSign:
		if value := p.typedValue(pr.at + 1); value > 0 {
			pr.value = value
			return p.dumpEquals(pr)
		}
		return p.dumpColon(pr, name)
	case equalsSign:
		return p.dumpEquals(pr)
	case nextSign:
		v := p.candidate(p.opener(pr.value), true)
		if isFlag && (isSwitch(name) || v.text == "" || v.text[0] == '-' || p.reg != script && !isWeak(v.text, weakPassword)) {
			return pr.name.end
		}
		return p.maskPair(pr, v)
	case tagSign:
		if pr.value == p.lineEnd(pr.value) { // usage: <password>
			return pr.name.end
		}
	}
	return p.maskPair(pr, p.candidate(pr.value, false))
}

// dumpEquals masks the value after an equals sign, including the empty value of
// NAME=.
func (p *scan) dumpEquals(pr pair) int {
	if p.in[pr.name.start] == '-' && isFileOf(p.in[pr.name.start:pr.name.end], p.in[min(pr.value, len(p.in)):p.valueEnd(pr.value)]) {
		return pr.name.end // --password-file=/etc/password
	}
	if pr.value < len(p.in) && !isBlank(p.in[pr.value]) {
		return p.mask(pr.value, p.schemeEnd(p.valueEnd(pr.value)), v10)
	}
	if pr.value == pr.at+1 && !pr.spaced {
		return p.mask(pr.value, pr.value, v10)
	}
	return pr.value
}

// dumpColon masks the value after a colon: in JSON that does not parse, in
// headers, YAML and Go's %v.
func (p *scan) dumpColon(pr pair, name string) int {
	value, after := pr.value, pr.at+1
	switch {
	case isHeader(name) && p.in[pr.at] == ':' && (pr.quoted || value > after || has(headerNames, name)):
		return p.header(pr)
	case pr.quoted:
		return p.jsonValue(pr)
	case p.isSubject(pr):
		return pr.name.end
	case p.lines && p.startsLine(pr.name.start) && (value > after || value == p.lineEnd(value)):
		return p.yamlLine(pr)
	case value == len(p.in), isBlank(p.in[value]):
		return pr.name.end
	case p.nest > 0:
		return p.mask(value, p.nestedEnd(value), v11)
	case value == after && p.isPort(pr.at): // token-service:8080
		return pr.name.end
	}
	v := p.candidate(value, true)
	if strings.HasPrefix(p.in[value+len(v.text):], ": ") && p.s.Name(v.text) { // auth: token: x
		return pr.name.end
	}
	if isStatus(v.text) || isSentence(p.in[value:p.lineEnd(value)]) {
		return pr.name.end
	}
	return p.mask(value, p.schemeEnd(p.valueEnd(value)), v11)
}

// schemeEnd returns the end of a strong value behind a value that ends at end,
// or end: token=Bearer x, auth: token x.
func (p *scan) schemeEnd(end int) int {
	if end+1 >= len(p.in) || p.in[end] != ' ' {
		return end
	}
	v := p.candidate(end+1, true)
	if v.quote >= 0 || !v.isStrong() || isAddress(v.text) || strings.IndexByte(v.text, '=') >= 0 {
		return end
	}
	return p.candidateEnd(v)
}

// isSubject reports whether the name is the subject of an error and not the
// name of a value: a path ("/etc/tls.key: no such file"), the object of a
// system call ("lookup auth: no such host"), or MySQL's "(using password:
// YES)".
func (p *scan) isSubject(pr pair) bool {
	start := pr.name.start
	before := p.in[max(p.floor, start-16):start]
	if strings.HasSuffix(before, "/") || strings.HasSuffix(before, "\\") {
		return !isStrong(p.candidate(pr.value, true).text)
	}
	word := strings.TrimRight(before, " ")
	if len(word) == len(before) {
		return false
	}
	switch word[strings.LastIndexAny(word, " :(\n\"")+1:] {
	case "open", "stat", "lstat", "read", "readlink", "write", "mkdir", "remove", "unlink", "chdir", "exec", "lookup":
		return true
	case "using":
		rest := p.in[pr.value:]
		return strings.HasPrefix(rest, "YES)") || strings.HasPrefix(rest, "NO)")
	}
	return false
}

// isSensitive is Name for a name in the text of a dump, where PWD can be the
// password of an ODBC string.
func (p *scan) isSensitive(name string, pr pair) bool {
	return p.s.Name(name) || name == "PWD" && !p.s.current().allow[name] && !isPath(p.candidate(pr.value, false).text)
}
