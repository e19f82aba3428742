package config

import (
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/scrub"
)

// A vault collects the literal secrets of the configuration.
type vault struct {
	rules    *scrub.Scrubber
	literals []string
	known    map[string]bool
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

// text notes what is secret in a text of the file.
func (v *vault) text(t text) {
	value := t.node.Value
	switch {
	case t.secret:
		v.add(value)
	case v.rules.Name(t.key):
		v.add(value)
		if _, credential, found := strings.Cut(value, " "); found {
			v.note(credential) // Authorization: Bearer …
		}
	default:
		v.parts(value)
	}
}

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
