package scrub

import "strings"

// Header scrubs headers: all values of a sensitive name are masked, the others
// scrubbed as text. A challenge such as WWW-Authenticate is no credential.
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

// isHeader says whether a sensitive name is that of a header, whose value is
// the rest of its line (V5).
func isHeader(name string) bool {
	return isCredentialHeader(name) || len(name) > 2 && strings.EqualFold(name[:2], "x-")
}

func isCredentialHeader(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "cookie", "set-cookie", "cookie2", "set-cookie2":
		return true
	}
	return false
}

// headerValue masks the rest of a header's line, or of the quoted word that it is.
func (p *scan) headerValue(start, colon, value int) int {
	end := p.lineEnd(value)
	if start > p.floor && isQuote(p.in[start-1]) {
		slashes := backslashes(p.in, p.floor, start-1)
		if closing := closingQuote(p.in[:end], value, p.in[start-1], slashes, false); closing >= 0 {
			end = closing - slashes
		}
	} else if p.nest > 0 && value < end && p.in[value] == '[' { // http.Header in %v
		if n := strings.IndexByte(p.in[value:end], ']'); n > 0 {
			end = value + n + 1
		}
	}
	if value >= end {
		return colon
	}
	return p.mask(value, end, v5)
}
