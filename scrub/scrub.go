package scrub

import (
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Mask takes the place of every secret, whatever its length or type. It tells
// nothing about what it hides.
const Mask = "********"

// Rules is what an operator adds to the rules that always hold. Its zero value
// is useful: the rules without any literal secret.
type Rules struct {
	// Names are further sensitive names: substrings, case-insensitive.
	Names []string
	// Allow are names that are not sensitive after all: exact and
	// case-sensitive. Their values are still scrubbed as text.
	Allow []string
	// Literals are the secrets of our own configuration. Those shorter than 4
	// characters are ignored, those shorter than 8 are found as whole words only.
	Literals []string
}

// A Scrubber masks secrets. It is safe for concurrent use, also together with
// Add, and costs a few words of memory as long as it knows no literals.
// A nil *Scrubber behaves like New(Rules{}), but forgets what is added to it.
type Scrubber struct {
	names []string // lower case
	allow map[string]bool

	mu    sync.Mutex // serialises writers of known
	known atomic.Pointer[literals]
}

// New returns a Scrubber for the given rules.
func New(r Rules) *Scrubber {
	s := &Scrubber{}
	for _, name := range r.Names {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			s.names = append(s.names, name)
		}
	}
	if len(r.Allow) > 0 {
		s.allow = make(map[string]bool, len(r.Allow))
	}
	for _, name := range r.Allow {
		s.allow[name] = true
	}
	s.Add(r.Literals...)
	return s
}

// Add makes further literal secrets known, for the texts scrubbed from now on.
// None is ever removed: an old password can still be in somebody's error.
// Adding what is known already is cheap.
func (s *Scrubber) Add(secrets ...string) {
	if s == nil || s.known.Load().knows(secrets) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known.Store(s.known.Load().with(secrets))
}

// Text scrubs free text: the output of a check, an error, a log line. The
// result is valid UTF-8, and scrubbing it again changes nothing. The time is
// linear in the length of the text.
func (s *Scrubber) Text(text string) string {
	return s.text(text, 0, nil)
}

// Name says whether a name is sensitive, that is whether its value is masked
// without being looked at.
func (s *Scrubber) Name(name string) bool {
	return s.nameRule(name) != none
}

// Value scrubs one named value, such as an environment variable: it is masked
// if its name is sensitive and scrubbed as text otherwise.
func (s *Scrubber) Value(name, value string) string {
	if s.Name(name) {
		return Mask
	}
	return s.Text(value)
}

// text is Text at a depth of JSON, noting the rules that applied.
func (s *Scrubber) text(in string, depth int, t *trace) string {
	if !utf8.ValidString(in) {
		in = validUTF8(in)
		t.note(v14)
	}
	if isJSON(in) {
		return s.textJSON(in, depth, t)
	}
	out := s.patterns(s.literals().replace(in, t), t)
	if out != in && isJSON(out) { // masking can mend what did not parse
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

// validUTF8 replaces every invalid byte, as encoding/json does; strings.ToValidUTF8
// would replace runs of them.
func validUTF8(in string) string {
	return string([]rune(in))
}
