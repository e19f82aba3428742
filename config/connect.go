package config

import (
	"context"
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// connections tells what is wrong with names and tags, and with the checks
// together, also of those whose own settings are faulty.
func (l *loading) connections(all []check) {
	first := map[string]int{}
	for i, c := range all {
		path := fmt.Sprintf("checks[%d]", i)
		if l.unset[path+".name"] || c.Name == "" && l.faulty[path] {
			continue // Told already.
		}
		if before, taken := first[c.Name]; taken {
			l.fault(path+".name", "check %q: the name is taken, see %s", c.Name, l.places[fmt.Sprintf("checks[%d].name", before)])
		} else {
			first[c.Name] = i
		}
		l.words(c, path)
	}
	l.dependencies(all, first)
}

// words tells names and tags that are none. The one sentence about them is
// Validate's.
func (l *loading) words(c check, path string) {
	for _, e := range flat(checks.Check{Name: c.Name, Func: idle}.Validate()) {
		l.fault(path+".name", "%s", l.vault.hide(e.Error()))
	}
	for i, tag := range c.Tags {
		at := fmt.Sprintf("%s.tags[%d]", path, i)
		if l.unset[at] || checks.ValidName(tag) {
			continue
		}
		for _, e := range flat(checks.Check{Name: "x", Func: idle, Tags: []string{tag}}.Validate()) {
			l.fault(at, "check %q: %s", c.Name, l.vault.hide(anyCheck().ReplaceAllString(e.Error(), "")))
		}
	}
}

func idle(context.Context) (string, error) { return "", nil }

var anyCheck = pattern(`^check ("(?:[^"\\]|\\.)*"): `)

// dependencies tells unknown ones and cycles.
func (l *loading) dependencies(all []check, byName map[string]int) {
	names := make([]string, 0, len(all))
	for _, c := range all {
		names = append(names, c.Name)
	}
	unknown := l.partial || l.namesUnknown(all)
	graph := make([][]int, len(all))
	for i, c := range all {
		for j, name := range c.DependsOn {
			at := fmt.Sprintf("checks[%d].depends_on[%d]", i, j)
			if to, exists := byName[name]; exists {
				graph[i] = append(graph[i], to)
			} else if !unknown && !l.unset[at] {
				l.fault(at, "check %q: depends_on: there is no check %q%s", c.Name, l.vault.hide(name), l.meant(name, names))
			}
		}
	}
	for _, cycle := range cycles(graph, maxFaults) {
		words := make([]string, len(cycle))
		for i, at := range cycle {
			words[i] = all[at].Name
		}
		l.fault(fmt.Sprintf("checks[%d].depends_on", cycle[0]), "check %q: depends on itself: %s", words[0], strings.Join(shortened(words), " → "))
	}
}

// shortened leaves out the middle of a long list.
func shortened(words []string) []string {
	const ends = 4
	if len(words) <= 2*ends+1 {
		return words
	}
	short := append([]string(nil), words[:ends]...)
	short = append(short, fmt.Sprintf("(%d more)", len(words)-2*ends))
	return append(short, words[len(words)-ends:]...)
}

// namesUnknown reports whether a check has no name that is known: it could be
// the one that another depends on.
func (l *loading) namesUnknown(all []check) bool {
	for i, c := range all {
		if c.Name == "" || l.unset[fmt.Sprintf("checks[%d].name", i)] {
			return true
		}
	}
	return false
}

// meant says which check may have been meant. It is not looked for when there
// are more faults than are told.
func (l *loading) meant(name string, names []string) string {
	if len(l.faults.list) > maxFaults {
		return ""
	}
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}
