package scrub

import "strings"

// Header scrubs headers: it masks all values of a sensitive name, and scrubs
// the others as texts of a dump. A challenge such as WWW-Authenticate is not a
// credential.
func (s *Scrubber) Header(h map[string][]string) map[string][]string {
	if h == nil {
		return nil
	}
	out := make(map[string][]string, len(h))
	for name, values := range h {
		scrubbed := make([]string, len(values))
		for i, value := range values {
			scrubbed[i] = s.Value(name, value)
		}
		out[name] = scrubbed
	}
	return out
}

// headerNames are the headers whose value is a credential as a whole.
var headerNames = wordSet("authorization proxy-authorization cookie set-cookie cookie2 set-cookie2")

func isHeader(name string) bool {
	return has(headerNames, name) || len(name) > 2 && strings.EqualFold(name[:2], "x-")
}

// header is V5: it masks the rest of a header's line, or of the quotes or
// brackets around it, unless the rest is only a status or a sentence.
func (p *scan) header(pr pair) int {
	value, end := pr.value, p.lineEnd(pr.value)
	opener := p.opener(value)
	switch {
	case pr.quoted || opener > value:
		value = opener
		if quote, slashes := openingQuote(p.in, value); quote >= 0 {
			value = quote + 1
			end = orEnd(closingQuote(p.in[:end], value, p.in[quote], slashes, false)-slashes, end)
		} else if n := strings.IndexByte(p.in[value:end], ']'); opener > pr.value && n >= 0 { // %v of an http.Header
			value, end = pr.value, value+n+1
		}
	case pr.name.start > p.floor && isQuote(p.in[pr.name.start-1]):
		open := pr.name.start - 1
		slashes := backslashes(p.in, p.floor, open)
		end = orEnd(closingQuote(p.in[:end], value, p.in[open], slashes, false)-slashes, end)
	}
	if p.nest > 0 && p.isMasked(value) {
		return p.skip(value + len(Mask))
	}
	if value >= end || p.in[value] == '{' || isBareStatus(p.in[value:end]) || p.reg == prose && isRemark(p.in[value:end]) {
		return pr.name.end
	}
	return p.mask(value, end, v5)
}

// isBareStatus reports whether the value of a header is only a status, the name
// of a scheme or a sentence.
func isBareStatus(v string) bool {
	v = strings.TrimSpace(v[:min(len(v), 256)])
	return v == Mask || isPlaceholder(v) || isStatus(v) || isSentence(v)
}

// isRemark reports whether the value of a header is plain words that do not begin
// with the name of a scheme: "insufficient scope".
func isRemark(v string) bool {
	first, rest, found := strings.Cut(strings.TrimSpace(v[:min(len(v), 256)]), " ")
	if !found || has(codeWords, first) || has(schemes, first) {
		return false
	}
	for i := range len(rest) {
		if !isLower(rest[i]|0x20) && strings.IndexByte(" ,.'", rest[i]) < 0 {
			return false
		}
	}
	return isPlainName(first)
}

var schemes = wordSet("token apikey aws4-hmac-sha256 hoba mutual vapid genie geniekey splunk ssws")

// opener skips the opening of a list, of a call or of a wrapped value: [,
// []string{, Some(, String::from(, b before a quote.
func (p *scan) opener(i int) int {
	if i == len(p.in) {
		return i
	}
	after := i
	switch c := p.in[i]; {
	case c == '(':
		return min(i+1, len(p.in)-1)
	case c == '[':
		const literal = "[]string{"
		if quote, _ := openingQuote(p.in, min(len(p.in), i+len(literal))); quote >= 0 && strings.HasPrefix(p.in[i:], literal) {
			return i + len(literal)
		}
		return min(i+1, len(p.in)-1)
	case !isASCIIAlnum(c) && c != '@':
		return i
	}
	const longest = 24
	for limit := min(len(p.in), i+longest); after < limit && callBytes.has(p.in[after]); after++ {
	}
	switch {
	case after == len(p.in):
		return i
	case p.in[after] == '(' && after > i: // not keywords.pop("password")
		if v := p.candidate(after+1, false); v.quote >= 0 && hasShape(v.text) {
			return after + 1
		}
		return i
	case after > i+2 || quoteBytes.run(p.in[:after], i) < after: // rb'…'
		return i
	}
	if quote, _ := openingQuote(p.in, after); quote >= 0 {
		return after
	}
	return i
}
