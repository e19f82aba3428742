package scrub

import "strings"

const maxScheme = 32 // bytes; longer ones are cut, which costs nothing but the port guard

// schemeStart returns where the scheme that ends at colon begins, at or after floor.
func schemeStart(in string, floor, colon int) int {
	i := colon
	for i > max(floor, colon-maxScheme) && schemeBytes.has(in[i-1]) {
		i--
	}
	return i
}

// isWeb reports whether a slash after a port ends the user-info of a scheme: in
// such URLs an "@" in the path is more common than a slash in the password.
func isWeb(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "http", "https", "ws", "wss", "ftp", "ftps":
		return true
	}
	return false
}

// url is V6 and V4 at the colon of "://". It returns the position to continue
// at.
func (p *scan) url(colon int) int {
	start := colon + len("://")
	if p.isDSN(start) {
		return p.bareUserInfo(colon)
	}
	scheme := schemeStart(p.in, p.floor, colon)
	end := p.urlEnd(scheme, start)
	if next := p.userInfo(start, end, isWeb(p.in[scheme:colon])); next > start {
		start = next
	}
	return p.webhook(start, end)
}

// isDSN matches "app://x@tcp(db:3306)/": a password that begins with two
// slashes.
func (p *scan) isDSN(start int) bool {
	if p.nextAt(start) >= p.nextBlank(start) {
		return false
	}
	at := p.lastAt(start, p.nextBlank(start))
	return at >= 0 && p.isProtocol(at+1) && p.in[at+1] != '/'
}

// urlEnd returns the largest possible end of the user-info: the closing quote
// if the URL is quoted, otherwise the next blank or URL.
func (p *scan) urlEnd(scheme, start int) int {
	end := p.nextURL(start)
	for scheme > p.floor && p.in[scheme-1] == ':' { // jdbc:mysql://
		scheme = schemeStart(p.in, p.floor, scheme-1)
	}
	if scheme > p.floor && isQuote(p.in[scheme-1]) {
		if closing := p.closingOnLine(scheme-1, start); closing >= 0 {
			return min(end, closing)
		}
	}
	return min(end, p.nextBlank(start))
}

// closingOnLine returns the position of the quote that closes the quote at
// open, if it is on the same line. The search begins at from.
func (p *scan) closingOnLine(open, from int) int {
	closing := closingQuote(p.in[:p.lineEnd(from)], from, p.in[open], backslashes(p.in, p.floor, open), false)
	return closing
}

// userInfo masks the password, or a user name that is a token, in
// in[start:end]. It returns the end of the user-info, or start if there is none.
func (p *scan) userInfo(start, end int, web bool) int {
	at := p.nextAt(start)
	if at >= end || p.isIPv6(start) {
		return start
	}
	colon := start + strings.IndexByte(p.in[start:end], ':')
	switch {
	case colon < start, strings.ContainsAny(p.in[start:colon], "/?#"),
		at < colon && p.isPort(colon):
		return p.userName(start, at)
	case web && p.isPortAndPath(colon),
		p.isPortAndBlank(colon):
		return start
	}
	at = p.nextAt(colon)
	if at >= end {
		return p.userName(start, p.nextAt(start))
	}
	at = p.lastAt(at, p.authorityEnd(at, end, web))
	if isLeftOut(p.in[colon+1 : at]) {
		return p.skip(at + 1)
	}
	if isToken(p.in[start:colon]) {
		p.mask(start, colon, v13)
	}
	return p.skip(p.mask(colon+1, at, v6) + 1)
}

// isLeftOut reports whether a password in a URL is a placeholder.
func isLeftOut(v string) bool {
	return v != "" && (strings.EqualFold(v, "password") || isPlaceholder(v) && !has(placeholders, v))
}

// schemeless is V6 at a slash: //user:pass@host.
func (p *scan) schemeless(i int) int {
	start := i + len("//")
	if !strings.HasPrefix(p.in[i:], "//") || i > 0 && !isBlank(p.in[i-1]) && strings.IndexByte("\"'`=(,", p.in[i-1]) < 0 {
		return i + 1
	}
	return p.userInfo(start, p.urlEnd(i, start), false)
}

// userName masks a user name without password that is itself a secret.
func (p *scan) userName(start, at int) int {
	if user := p.in[start:at]; isToken(user) || isLongID(user) {
		return p.skip(p.mask(start, at, v6) + 1)
	}
	return start
}

// authorityEnd returns where the search for the last "@" ends: for web schemes
// at the first port that follows an "@" and has a path after it.
func (p *scan) authorityEnd(at, end int, web bool) int {
	if !web {
		return end
	}
	for i := at; i < end; i++ {
		if p.in[i] == ':' && p.isPortAndPath(i) {
			return i
		}
	}
	return end
}

// portEnd returns the end of the port after colon, or colon if there is none.
func (p *scan) portEnd(colon int) int {
	i := colon + 1
	for i < len(p.in) && i <= colon+5 && isDigit(p.in[i]) {
		i++
	}
	if i == colon+1 {
		return colon
	}
	return i
}

func (p *scan) isPortAndPath(colon int) bool {
	end := p.portEnd(colon)
	return end > colon && end < len(p.in) && p.in[end] == '/'
}

// isPortAndBlank matches "h:80 is down" in a quoted text.
func (p *scan) isPortAndBlank(colon int) bool {
	end := p.portEnd(colon)
	return end > colon && (end == len(p.in) || isBlank(p.in[end]))
}

func (p *scan) isPort(colon int) bool {
	end := p.portEnd(colon)
	return end > colon && (end == len(p.in) || !isAlnum(p.in[end]) && p.in[end] != '@')
}

// isIPv6 reports whether an address in brackets begins at i.
func (p *scan) isIPv6(i int) bool {
	if i >= len(p.in) || p.in[i] != '[' {
		return false
	}
	for j := i + 1; j < len(p.in) && j < i+64; j++ {
		if p.in[j] == ']' {
			return true
		}
		if !isAlnum(p.in[j]) && strings.IndexByte(":.%-_", p.in[j]) < 0 {
			return false
		}
	}
	return false
}

// isLongID reports whether a user name has 20 letters and digits, like an
// access token. Words with dashes are a name.
func isLongID(user string) bool {
	count, digits, other := 0, 0, 0
	for i := range len(user) {
		switch c := user[i]; {
		case isDigit(c):
			digits++
			count++
		case isLower(c) || isUpper(c):
			count++
		case c == '-' || c == '_':
			other++
		default:
			return false
		}
	}
	return count >= 20 && (other == 0 || digits > 0)
}
