package scrub

import "strings"

// parts are what makes a name sensitive, by the first letter: as a substring
// (N1, N2) or as a whole segment (N3). Names are compared in lower case with "_"
// for "-", "." and blank.
var parts = func() (table [256][]part) {
	add := func(r rule, texts ...string) {
		for _, text := range texts {
			table[text[0]] = append(table[text[0]], part{text, r})
		}
	}
	add(n1, "key", "token", "pass")
	add(n2, "secret", "pwd", "credential", "private", "cookie", "signature", "authorization", "bearer", "jwt", "dsn",
		"connectionstring", "connection_string", "conn_str", "csrf", "xsrf", "webhook", "sessionid", "session_id")
	add(n3, "auth", "oauth", "sid", "pin", "otp", "sas", "sig", "salt", "psk", "pem", "crypt", "cvv", "ssn", "cred", "creds")
	return table
}()

type part struct {
	text string
	rule rule
}

// nameRule returns the rule that makes a name sensitive, or none.
func (s *Scrubber) nameRule(name string) rule {
	rules := s.current()
	if name == "" || rules.allow[name] {
		return none
	}
	var buf [64]byte
	lower := fold(buf[:0], name)
	for i, c := range lower {
		for _, p := range parts[c] {
			if hasPrefix(lower[i:], p.text) && (p.rule != n3 || isSegment(name, i, i+len(p.text))) {
				return p.rule
			}
		}
	}
	switch {
	case isWhole(lower):
		return n4
	case rules.hasExtra(name):
		return extra
	}
	return none
}

func (r *rules) hasExtra(name string) bool {
	if len(r.names) == 0 {
		return false
	}
	name = strings.ToLower(name)
	for _, sub := range r.names {
		if strings.Contains(name, sub) {
			return true
		}
	}
	return false
}

// isWhole is N4: names that are sensitive as a whole.
func isWhole(lower []byte) bool {
	switch string(lower) {
	case "vcap_services", "spring_application_json", "docker_auth_config":
		return true
	}
	return false
}

// isSegment says whether name[start:end] is a whole segment of a name that is
// split at what is no letter or digit and at camelCase. "DBAuth" is split before
// "Auth" if acronyms are known, "userPINs" is not split before "s" if they are
// not: either way is enough.
func isSegment(name string, start, end int) bool {
	for _, acronyms := range [...]bool{false, true} {
		whole := isBoundary(name, start, acronyms) && isBoundary(name, end, acronyms)
		for i := start + 1; whole && i < end; i++ {
			whole = !isBoundary(name, i, acronyms)
		}
		if whole {
			return true
		}
	}
	return false
}

// isBoundary says whether a segment ends before byte i.
func isBoundary(name string, i int, acronyms bool) bool {
	if i == 0 || i == len(name) {
		return true
	}
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
