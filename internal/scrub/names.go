package scrub

import "strings"

// substrings are the parts that make a name sensitive wherever they stand in it
// (N1, N2), by their first letter. Names are compared in lower case with "_"
// for "-", "." and blank.
var substrings = [128][]struct {
	text string
	rule rule
}{
	'a': {{"authorization", n2}},
	'b': {{"bearer", n2}},
	'c': {{"credential", n2}, {"cookie", n2}, {"connectionstring", n2}, {"connection_string", n2}, {"conn_str", n2}, {"csrf", n2}},
	'd': {{"dsn", n2}},
	'j': {{"jwt", n2}},
	'k': {{"key", n1}},
	'p': {{"pass", n1}, {"pwd", n2}, {"private", n2}},
	's': {{"secret", n2}, {"signature", n2}, {"sessionid", n2}, {"session_id", n2}},
	't': {{"token", n1}},
	'w': {{"webhook", n2}},
	'x': {{"xsrf", n2}},
}

// nameRule returns the rule that makes a name sensitive, or none.
func (s *Scrubber) nameRule(name string) rule {
	if name == "" || s != nil && s.allow[name] {
		return none
	}
	var buf [64]byte
	lower := fold(buf[:0], name)
	for i, c := range lower {
		if c >= 128 {
			continue
		}
		for _, sub := range substrings[c] {
			if hasPrefix(lower[i:], sub.text) {
				return sub.rule
			}
		}
	}
	switch {
	case hasSegment(name, false), hasSegment(name, true):
		return n3
	case isWhole(string(lower)):
		return n4
	case s != nil && s.hasExtra(name):
		return extra
	}
	return none
}

func (s *Scrubber) hasExtra(name string) bool {
	if len(s.names) == 0 {
		return false
	}
	name = strings.ToLower(name)
	for _, sub := range s.names {
		if strings.Contains(name, sub) {
			return true
		}
	}
	return false
}

// isWhole is N4: names that are sensitive as a whole.
func isWhole(lower string) bool {
	switch lower {
	case "vcap_services", "spring_application_json", "docker_auth_config":
		return true
	}
	return false
}

// hasSegment is N3: it splits a name at what is no letter or digit and at
// camelCase, and looks for a whole part. With acronyms "DBAuth" is split before
// "Auth" too; that way alone "PINs" would be split wrongly.
func hasSegment(name string, acronyms bool) bool {
	start := 0
	for i := 1; i <= len(name); i++ {
		if i < len(name) && !isBoundary(name, i, acronyms) {
			continue
		}
		if isSegment(strings.TrimFunc(name[start:i], isPunctuation)) {
			return true
		}
		start = i
	}
	return false
}

func isBoundary(name string, i int, acronyms bool) bool {
	prev, cur := name[i-1], name[i]
	switch {
	case !isAlnum(cur) || !isAlnum(prev):
		return true
	case !isUpper(cur):
		return false
	case !isUpper(prev):
		return true
	}
	return acronyms && i+1 < len(name) && isLower(name[i+1])
}

func isSegment(part string) bool {
	if len(part) < 3 || len(part) > 5 {
		return false
	}
	var buf [8]byte
	switch string(fold(buf[:0], part)) {
	case "auth", "oauth", "sid", "pin", "otp", "sas", "sig", "salt", "psk", "pem",
		"crypt", "cvv", "ssn", "cred", "creds":
		return true
	}
	return false
}

// fold appends the form of a name in which names are compared.
func fold(dst []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		switch {
		case isUpper(c):
			c += 'a' - 'A'
		case c == '-' || c == '.' || c == ' ':
			c = '_'
		}
		dst = append(dst, c)
	}
	return dst
}

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

func isPunctuation(r rune) bool { return r < 128 && !isAlnum(byte(r)) }

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isAlnum takes the bytes of other scripts for letters.
func isAlnum(c byte) bool { return isLower(c) || isUpper(c) || isDigit(c) || c >= 128 }
