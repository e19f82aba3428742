package config

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A vault collects the literal secrets of the configuration.
type vault struct {
	rules    *scrub.Scrubber
	literals []string
	known    map[string]bool
}

func newVault(r scrub.Rules) *vault {
	return &vault{rules: scrub.New(r), known: map[string]bool{}}
}

// with returns a vault with the same secrets and other rules.
func (v *vault) with(r scrub.Rules) *vault {
	return &vault{rules: scrub.New(r), literals: v.literals, known: v.known}
}

// add notes a secret, and the password in it when it is a URL or a DSN: that is
// what a driver's error shows.
func (v *vault) add(secret string) {
	v.note(secret)
	v.parts(secret)
}

func (v *vault) note(secret string) {
	if secret != "" && secret != scrub.Mask && !v.known[secret] {
		v.known[secret] = true
		v.literals = append(v.literals, secret)
	}
}

// parts notes what the rules for free text find in a value.
func (v *vault) parts(value string) {
	for _, part := range masked(value, v.rules.Text(value)) {
		v.note(part)
		if decoded, err := url.PathUnescape(part); err == nil {
			v.note(decoded) // As a driver has it.
		}
	}
}

// argv notes what the rules for command lines find.
func (v *vault) argv(words []string) {
	for i, clean := range v.rules.Argv(words) {
		for _, part := range masked(words[i], clean) {
			v.note(part)
		}
	}
}

// text notes what is secret in a text of the file. A file path is never a secret,
// even under a key such as password_file: an error has to name it.
func (v *vault) text(t text) {
	switch {
	case t.secret:
		v.add(t.value)
	case t.file:
		v.parts(t.value)
	case v.rules.Name(t.key):
		v.add(t.value)
		v.credential(t.value)
	case !slices.Contains(prose(), t.key):
		v.parts(t.value)
	}
}

// prose are the keys of what is written for people, or to be compared with an
// answer. What looks like a secret there is masked where it is shown, but is not
// learnt: a word such as "expired" must not vanish from all outputs.
func prose() []string {
	return []string{"name", "description", "runbook", "tags", "depends_on", "expect", "body_regexp", "body_not_regexp", "answers", "success_template", "failed_template"}
}

// credential notes what follows the scheme in the value of a header such as
// Authorization, and the password that Basic wraps.
func (v *vault) credential(value string) {
	_, credential, found := strings.Cut(value, " ")
	if !found {
		return
	}
	v.note(credential)
	if plain, err := base64.StdEncoding.DecodeString(credential); err == nil && utf8.Valid(plain) {
		if _, password, found := strings.Cut(string(plain), ":"); found {
			v.note(password)
		}
	}
}

// hide masks the secrets in an error of a check's settings. One of 8 characters
// or more is masked wherever it stands, a shorter one only inside of quotes, so
// that keys stay readable.
func (v *vault) hide(text string) string {
	const word, enough = 4, 8
	text = quotedValue().ReplaceAllStringFunc(text, func(quoted string) string {
		inner, err := strconv.Unquote(quoted)
		if clean := v.rules.Text(inner); err == nil && clean != inner {
			return strconv.Quote(clean) // A name such as PGPASSWORD=secret.
		}
		return quoted
	})
	for _, literal := range v.literals {
		switch {
		case len(literal) >= enough:
			text = strings.ReplaceAll(text, literal, scrub.Mask)
			if inner := strconv.Quote(literal); len(inner) > 2 {
				text = strings.ReplaceAll(text, inner[1:len(inner)-1], scrub.Mask)
			}
		case len(literal) >= word:
			text = quotedValue().ReplaceAllStringFunc(text, func(quoted string) string {
				return strings.ReplaceAll(quoted, literal, scrub.Mask)
			})
		}
	}
	return text
}

var quotedValue = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"(?:[^"\\]|\\.)*"`) })

// masked returns what stands in value where its scrubbed form has the mask.
func masked(value, clean string) []string {
	if value == clean {
		return nil
	}
	kept := strings.Split(clean, scrub.Mask)
	rest, found := strings.CutPrefix(value, kept[0])
	if !found {
		return nil
	}
	var parts []string
	for i, next := range kept[1:] {
		end := strings.Index(rest, next)
		if last := i == len(kept)-2; last {
			end = len(rest) - len(next)
		}
		if end < 0 || end > len(rest) {
			return parts
		}
		parts = append(parts, rest[:end])
		rest = rest[end+len(next):]
	}
	return parts
}
