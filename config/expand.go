package config

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// An expander fills in ${NAME}, ${NAME:-default} and ${file:PATH}. What it fills
// in is not expanded again.
type expander struct {
	lookup func(name string) (string, bool)
	vault  *vault
	file   func(path string, c content) // called with every file that is named
}

var (
	errNotClosed    = errors.New("${ has no } (a $ is written $$)")
	errWrongVariant = errors.New("${…} holds neither a NAME, NAME:-default nor file:PATH (a $ is written $$)")
)

// expand returns s with everything filled in, and all that is wrong with it.
func (e *expander) expand(s string) (string, error) {
	if !strings.Contains(s, "$") {
		return s, nil
	}
	var b strings.Builder
	var errs []error
	for {
		before, after, found := strings.Cut(s, "$")
		b.WriteString(before)
		switch {
		case !found:
			return b.String(), errors.Join(errs...)
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			s = after[1:]
		case !strings.HasPrefix(after, "{"):
			b.WriteByte('$')
			s = after
		default:
			inner, rest, closed := strings.Cut(after[1:], "}")
			if !closed {
				return "", errors.Join(append(errs, errNotClosed)...)
			}
			value, err := e.fill(inner)
			errs = append(errs, err)
			b.WriteString(value)
			s = rest
		}
	}
}

// fill returns the value of what stands between the braces.
func (e *expander) fill(inner string) (string, error) {
	if path, is := strings.CutPrefix(inner, "file:"); is {
		return e.fromFile(path)
	}
	name, fallback, hasFallback := strings.Cut(inner, ":-")
	if !isVariable(name) {
		return "", errWrongVariant
	}
	value, set := e.lookup(name)
	switch {
	case (!set || value == "") && hasFallback:
		value = fallback
	case !set:
		return "", fmt.Errorf("the environment variable %s is not set (a default is written ${%s:-default})", name, name)
	}
	if e.vault.rules.Name(name) {
		e.vault.variable(name, value)
		e.vault.variable(name, fallback) // It may be one elsewhere.
	}
	return value, nil
}

// isVariable reports whether name is a letter or underscore, then letters, digits
// and underscores.
func isVariable(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return name != ""
}

func (e *expander) fromFile(path string) (string, error) {
	if path == "" {
		return "", errWrongVariant
	}
	value, err := checktype.ReadSecret(context.Background(), "", checks.SecretFile(path))
	e.file(path, contentOf([]byte(value), err))
	if err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "local: "))
	}
	e.vault.add(value)
	return value, nil
}
