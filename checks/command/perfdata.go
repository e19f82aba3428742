package command

import (
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A measure is one value of a plugin in its base unit, with a name that can be
// observed.
type measure struct {
	name  string
	value float64
}

// parsePerfdata reads performance data as the guidelines for plugins of Nagios
// describe it: items 'label'=value[UOM];[warn];[crit];[min];[max] with blanks
// between them. A label may be quoted, a quote within is doubled. Malformed
// items and the value U (unknown) are ignored.
func parsePerfdata(s string) []measure {
	var measures []measure
	for {
		s = strings.TrimLeft(s, blanks)
		if s == "" {
			return measures
		}
		label, rest := cutLabel(s)
		word := rest
		if i := strings.IndexAny(rest, blanks); i >= 0 {
			word = rest[:i]
		}
		s = rest[len(word):]
		if label == "" {
			continue
		}
		value, _, _ := strings.Cut(word, ";")
		if m, ok := newMeasure(label, value); ok {
			measures = append(measures, m)
		}
	}
}

const blanks = " \t\r\n"

// cutLabel takes a label and its = off s. When s has no label, the label is empty
// and rest begins with the word to ignore.
func cutLabel(s string) (label, rest string) {
	if s[0] != '\'' {
		i := strings.IndexAny(s, "="+blanks)
		if i < 1 || s[i] != '=' {
			return "", s
		}
		return s[:i], s[i+1:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '\'':
			b.WriteByte(s[i])
		case strings.HasPrefix(s[i:], "''"):
			b.WriteByte('\'')
			i++
		case strings.HasPrefix(s[i:], "'=") && b.Len() > 0:
			return b.String(), s[i+2:]
		default:
			return "", s
		}
	}
	return "", s
}

// newMeasure converts the value to its base unit, and the label to a name that
// ends in that unit.
func newMeasure(label, value string) (measure, bool) {
	number, symbol := cutNumber(value)
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || strings.ContainsAny(symbol, ".,_0123456789") {
		return measure{}, false // Not a number (12,5 or 0x10), or beyond what a float64 holds.
	}
	u := unitOf(symbol)
	return measure{name: observedName(label, u.suffix), value: v * u.factor}, true
}

// cutNumber separates "12.5e3ms" into a decimal number and what follows it.
func cutNumber(s string) (number, rest string) {
	digits := func(i int) int {
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i
	}
	sign := func(i int) int {
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		return i
	}
	i := digits(sign(0))
	if i < len(s) && s[i] == '.' {
		i = digits(i + 1)
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		// An exponent needs digits; else the E belongs to the unit.
		if start := sign(i + 1); digits(start) > start {
			i = digits(start)
		}
	}
	return s[:i], s[i:]
}

// unique keeps the first measure of each name, and as many as one run may
// observe.
func unique(measures []measure) []measure {
	seen := map[string]bool{}
	var kept []measure
	for _, m := range measures {
		if !seen[m.name] && len(kept) < checks.MaxObserved {
			seen[m.name] = true
			kept = append(kept, m)
		}
	}
	return kept
}
