package scrub

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Find returns the secrets in a named value of the configuration that are worth
// learning: the passwords of URLs and data source names, and all other masked
// values with the shape of a secret. The whole value is included if it has that
// shape and its name is the name of a secret. Words, numbers and paths that
// only stand near such a name are not included.
func (s *Scrubber) Find(name, value string) []string {
	found := s.find(value, dump, false)
	switch s.classOf(name, "") {
	case passLike, counted, configured:
		if hasShape(value) && !isSentence(value) {
			found = append(found, value)
		}
	case strongOnly:
		if isStrong(value) {
			found = append(found, value)
		}
	}
	return append(found, credentials(value)...)
}

// Passwords returns the parts that the rules mask in a value that is known to
// contain a secret, such as a data source name. The shape of the parts does not
// matter.
func (s *Scrubber) Passwords(value string) []string {
	return s.find(value, dump, true)
}

// FindArgv returns the words of a command line, and the parts of words, that
// Argv masks and that have the shape of a secret.
func (s *Scrubber) FindArgv(argv []string) []string {
	var found []string
	for i, clean := range s.Argv(argv) {
		word := argv[i]
		if clean == word {
			continue
		}
		before, _, _ := strings.Cut(clean, Mask)
		if rest, is := strings.CutPrefix(word, before); is && strings.HasSuffix(clean, Mask) && hasShape(rest) {
			found = append(found, rest)
			found = append(found, credentials(rest)...)
		}
		found = append(found, s.find(word, script, false)...)
	}
	return found
}

// Counts reports whether a name is the name of a secret and does not merely
// contain a word such as key or pass: it is true for DB_PASSWORD, but false for
// PASSENGER_ENV and MONKEY.
func (s *Scrubber) Counts(name string) bool {
	return s.classOf(name, "") != notName
}

func hasShape(v string) bool { return isWeak(v, weakPassword) || isStrong(v) }

// find returns the parts that the rules for texts mask in a value.
func (s *Scrubber) find(value string, reg register, all bool) []string {
	var found []string
	p := scan{s: s, in: validUTF8(value), reg: reg, found: func(secret string, r rule) {
		secret = strings.Trim(secret, "\"'`")
		if all || r == v6 || r == v7 || hasShape(secret) {
			found = append(found, secret)
		}
	}}
	p.run()
	return found
}

// credentials returns the part after the scheme in the value of a header such
// as Authorization, and the password encoded in Basic.
func credentials(value string) []string {
	scheme, credential, found := strings.Cut(value, " ")
	if !found || !has(codeWords, scheme) && !strings.EqualFold(scheme, "token") && !strings.EqualFold(scheme, "apikey") || !hasShape(credential) {
		return nil
	}
	all := []string{credential}
	if plain, err := base64.StdEncoding.DecodeString(credential); err == nil && utf8.Valid(plain) {
		if _, password, found := strings.Cut(string(plain), ":"); found {
			all = append(all, password)
		}
	}
	return all
}
