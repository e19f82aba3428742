package scrub

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// Mask replaces every secret, whatever its length or type. It reveals nothing
// about the secret.
const Mask = clip.Mask

// Rules are an operator's additions to the built-in rules. The zero value is
// useful: the built-in rules alone.
type Rules struct {
	// Names are further sensitive names: substrings, case-insensitive.
	Names []string
	// Allow are names that are exempt: exact and case-sensitive. Their values
	// are still scrubbed as text.
	Allow []string
}

// A Scrubber masks secrets: by its rules, and the literal secrets it has learned.
// It is safe for concurrent use; reading takes no lock. A nil *Scrubber behaves
// like New(Rules{}), but ignores Learn and SetRules.
type Scrubber struct {
	rules atomic.Pointer[rules]

	learning sync.Mutex // serializes writers of known
	known    atomic.Pointer[literals]
}

// New returns a Scrubber for the given rules, without any literal secret.
func New(r Rules) *Scrubber {
	s := &Scrubber{}
	s.SetRules(r)
	return s
}

// SetRules replaces the rules for all later scrubbing. The literal secrets
// stay.
func (s *Scrubber) SetRules(r Rules) {
	if s != nil {
		s.rules.Store(newRules(r))
	}
}

// Rules returns a copy of the rules in use.
func (s *Scrubber) Rules() Rules {
	r := s.current()
	return Rules{Names: slices.Clone(r.given.Names), Allow: slices.Clone(r.given.Allow)}
}

// Learn adds literal secrets for all later scrubbing. They are never forgotten:
// an old password can still occur in an error. Learning a known secret again is
// cheap.
//
// Secrets shorter than 8 characters are masked only as whole words. Secrets
// that would match harmless text are ignored: secrets shorter than 4
// characters, numbers of fewer than 8 digits, booleans and other words for a
// state, host names, paths and the words of this module's own vocabulary, such
// as redis or timeout. See CanLearn.
func (s *Scrubber) Learn(secrets ...string) {
	if s == nil {
		return
	}
	for _, secret := range secrets {
		if canLearn(secret) && !s.literals().knows(secret) {
			s.learn(secret)
		}
	}
}

func (s *Scrubber) learn(secret string) {
	s.learning.Lock()
	defer s.learning.Unlock()
	known := s.known.Load()
	if known == nil {
		known = &literals{}
	}
	known.learn(secret)
	s.known.Store(known)
}

// CanLearn reports whether Learn accepts a secret.
func CanLearn(secret string) bool { return canLearn(secret) }

// current returns the rules in use, also for a nil Scrubber.
func (s *Scrubber) current() *rules {
	if s == nil {
		return &rules{}
	}
	return s.rules.Load()
}

// rules are Rules prepared for lookups. They never change.
type rules struct {
	given Rules
	names []string // lower case
	allow map[string]bool
}

func newRules(given Rules) *rules {
	r := &rules{given: Rules{Names: slices.Clone(given.Names), Allow: slices.Clone(given.Allow)}, allow: map[string]bool{}}
	for _, name := range given.Names {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			r.names = append(r.names, name)
		}
	}
	for _, name := range given.Allow {
		r.allow[name] = true
	}
	return r
}

// Text scrubs sentences: the output of a check, an error, a log line. It masks
// only values with the shape of a secret, so that the cause of a failure stays
// readable. The result is valid UTF-8, and scrubbing it again changes nothing.
// The time is linear in the length of the text.
func (s *Scrubber) Text(text string) string {
	return s.text(text, prose, 0, nil)
}

// Value scrubs one named value of a dump, such as an environment variable. It
// masks the whole value if the name is sensitive. Otherwise it masks the
// secrets in the value, also by the names in it if the value is JSON or has
// pairs such as name=value.
func (s *Scrubber) Value(name, value string) string {
	if s.valueRule(name, value) != none {
		return Mask
	}
	return s.text(value, dump, 0, nil)
}

// text scrubs a text in a register at a depth of JSON and records the rules
// that applied in t.
func (s *Scrubber) text(in string, reg register, depth int, t *trace) string {
	if !utf8.ValidString(in) {
		in = validUTF8(in)
		t.note(v14)
	}
	if reg != prose && isJSON(in) {
		return s.textJSON(in, depth, t)
	}
	out := s.scan(s.literals().replace(in, t), reg, t)
	if reg != prose && out != in && isJSON(out) { // masking can turn invalid JSON into valid JSON
		return s.textJSON(out, depth, t)
	}
	return out
}

func (s *Scrubber) literals() *literals {
	if s == nil {
		return nil
	}
	return s.known.Load()
}

// validUTF8 replaces every invalid byte separately, as encoding/json does;
// strings.ToValidUTF8 would replace runs of them.
func validUTF8(in string) string {
	return string([]rune(in))
}
