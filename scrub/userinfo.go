package scrub

import "strings"

const (
	maxUser = 64  // bytes of a user name outside a URL
	maxBare = 256 // bytes of a password outside a URL
)

// bareUserInfo is V7 and V8 at a colon: "user:pass@tcp(db:3306)/x" and
// "user:pass@host:80". It returns the position to continue at.
func (p *scan) bareUserInfo(colon int) int {
	pass := colon + 1
	if pass == len(p.in) || p.nextAt(pass) >= p.nextBlank(pass) {
		return pass
	}
	end := p.nextBlank(pass)
	user := p.userStart(colon)
	quoted := user > p.floor && isQuote(p.in[user-1])
	if at := p.lastAt(pass, end); at-pass > maxBare && !quoted && !p.isProtocol(at+1) {
		return pass
	}
	if user < 0 || isHarmlessScheme(p.in[user:colon]) {
		return pass
	}
	if quoted {
		if closing := p.closingOnLine(user-1, pass); closing >= 0 {
			end = min(end, closing)
		}
	}
	at := p.lastAt(pass, end)
	if at < 0 || !p.isHostAt(at+1, end) {
		return pass
	}
	if p.isOracle(colon) { // jdbc:oracle:thin:scott/tiger@//h:1521/x
		pass = indexByte(p.in[:at], pass, '/') + 1
	}
	dsn := p.isProtocol(at + 1)
	for !dsn && pass < at && p.in[pass] == ':' { // x::pass@host
		pass++
	}
	switch {
	case pass > at, isLeftOut(p.in[pass:at]), strings.HasSuffix(p.in[pass:at], ":"+Mask):
		return colon + 1
	case dsn:
		return p.skip(p.mask(pass, at, v7) + 1)
	case p.isPortAndPath(colon),
		p.isPort(colon) && strings.IndexByte(p.in[user:colon], '@') >= 0, // bob@h1:9092,bob@h2
		!p.isBarePassword(p.in[user:colon], pass, at, end):
		return colon + 1
	}
	return p.skip(p.mask(pass, at, v8) + 1)
}

// isBarePassword reports whether user:in[pass:at]@host contains a password: a
// port or path follows the host, or the shape shows it.
func (p *scan) isBarePassword(user string, pass, at, end int) bool {
	host := at + 1
	stop := host
	for stop < end && stop < host+maxHost && (isAlnum(p.in[stop]) || strings.IndexByte(".-_", p.in[stop]) >= 0) {
		stop++
	}
	name := p.in[host:stop]
	switch {
	case at-pass > maxBare, isAddressLike(user):
		return false
	case isVersion(strings.TrimPrefix(name, "v")) && strings.Trim(name, "v0123456789.-") == "" && strings.Count(name, ".") < 3:
		return false
	case p.isPort(stop), stop < end && p.in[stop] == '/', !isAlnum(p.in[host]):
		return true
	case user == "" && pass-2 >= p.floor && pass > 1 && strings.IndexByte("([{<\"'`,", p.in[pass-2]) >= 0: // (:class:`@x`
		return false
	}
	return isWeak(p.in[pass:at], weakPassword) || isStrong(p.in[pass:at])
}

// isAddressLike reports whether a user is a number or an IPv4 address.
func isAddressLike(user string) bool {
	for i := range len(user) {
		if !isDigit(user[i]) && user[i] != '.' {
			return false
		}
	}
	return user != ""
}

// userStart returns where the user name before colon begins, or -1. An empty
// user name counts only at the start of a word: ":pw@host".
func (p *scan) userStart(colon int) int {
	i := colon
	for i > max(p.floor, colon-maxUser) && userBytes.has(p.in[i-1]) {
		i--
	}
	if i == colon && i > p.floor && !isBlank(p.in[i-1]) && (strings.IndexByte("=([{<\"'`,", p.in[i-1]) < 0 || p.isIPv6(i-1)) {
		return -1
	}
	return i
}

// isHostAt reports whether in[i:end] can be a host; the digest of an image cannot.
func (p *scan) isHostAt(i, end int) bool {
	if i >= end {
		return false
	}
	rest := p.in[i:end]
	if strings.HasPrefix(rest, "sha256:") || strings.HasPrefix(rest, "sha512:") {
		return false
	}
	return isAlnum(rest[0]) || strings.IndexByte("[(/_*", rest[0]) >= 0
}

// isProtocol matches "tcp(" and, without a protocol, "(" and "/".
func (p *scan) isProtocol(i int) bool {
	for j := i; j < len(p.in) && j < i+16; j++ {
		if c := p.in[j]; c == '(' || c == '/' && j == i {
			return true
		} else if !isAlnum(c) {
			return false
		}
	}
	return false
}

func (p *scan) isOracle(colon int) bool {
	before := p.in[max(p.floor, colon-len("oracle:thin")):colon]
	return strings.HasSuffix(before, "oracle:thin") || strings.HasSuffix(before, "oracle:oci")
}

// isHarmlessScheme lists schemes and labels that stand before a colon and an
// address.
func isHarmlessScheme(user string) bool {
	switch strings.ToLower(user) {
	case "mailto", "sip", "sips", "acct", "xmpp", "email", "mail", "pkg", "jdbc", "r2dbc", "oracle", "npm", "go",
		"user", "users", "username", "host", "contact", "contacts", "team", "owner", "owners", "from", "to", "cc", "bcc",
		"by", "author", "maintainer", "maintainers", "sender", "recipient", "rcpt", "login", "account", "member", "assignee":
		return true
	}
	return false
}
