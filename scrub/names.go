package scrub

import (
	"bytes"
	"strings"
)

// parts are the parts that make a name sensitive, by the first letter: as a
// substring (N1, N2) or as a whole segment (N3). Names are compared in lower
// case with "_" for "-", "." and blank.
var parts = func() (table [256][]part) {
	add := func(r rule, list string) {
		for text := range strings.FieldsSeq(list) {
			table[text[0]] = append(table[text[0]], part{text, r})
		}
	}
	add(n1, "key token pass")
	add(n2, `secret pwd pswd credential private cookie signature authorization bearer jwt dsn connectionstring
		connection_string conn_str csrf xsrf webhook sessionid session_id sessid mnemonic seed_phrase seedphrase
		unseal masterauth slack_hook`)
	add(n3, segments)
	return table
}()

// segments are the words of N3.
const segments = `auth oauth sid pin pw pat otp totp sas sig salt psk hmac pem crypt cvv ssn cred creds community`

type part struct {
	text string
	rule rule
}

// Name reports whether a dump masks the value of this name without inspecting
// it. A few names are allowed only with certain values, as Value decides: Name
// reports them as sensitive.
func (s *Scrubber) Name(name string) bool {
	return s.nameRule(name) != none
}

// valueRule is nameRule for a name with its value.
func (s *Scrubber) valueRule(name, value string) rule {
	r := s.nameRule(name)
	if r != none && r != extra && isAllowedWith(name, value) {
		return none
	}
	return r
}

// nameRule returns the rule that makes a name sensitive, or none.
func (s *Scrubber) nameRule(name string) rule {
	rules := s.current()
	switch {
	case name == "" || rules.allow[name]:
		return none
	case rules.isExtra(name):
		return extra
	case allowed[name]:
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
	switch string(lower) {
	case "vcap_services", "spring_application_json", "docker_auth_config":
		return n4
	}
	if endsInSegment(lower) {
		return n3
	}
	return none
}

// endsInSegment matches rootpw and signingsalt, but not basalt.
func endsInSegment(lower []byte) bool {
	last := lower[bytes.LastIndexByte(lower, '_')+1:]
	return classOfSegment(last, nil) == strongOnly
}

// isExtra reports whether a name contains a name listed in the configuration.
func (r *rules) isExtra(name string) bool {
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

// isSegment reports whether name[start:end] is a whole segment of a name that
// is split at everything but letters and digits, and at camelCase. "Auth" is
// a segment of "DBAuth" only if acronyms are recognised, and "HMac" of "requestHMac"
// only if they are not. It is enough if one of the two methods finds the segment.
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

// isBoundary reports whether a segment ends before byte i.
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

// fold appends a name in the form used for comparing names.
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
