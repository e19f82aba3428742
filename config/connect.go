package config

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
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
		l.fault(path+".name", "%s", e)
	}
	for i, tag := range c.Tags {
		at := fmt.Sprintf("%s.tags[%d]", path, i)
		if l.unset[at] || checks.ValidName(tag) {
			continue
		}
		for _, e := range flat(checks.Check{Name: "x", Func: idle, Tags: []string{tag}}.Validate()) {
			l.fault(at, "check %q: %s", c.Name, anyCheck.ReplaceAllString(e.Error(), ""))
		}
	}
}

func idle(context.Context) (string, error) { return "", nil }

var anyCheck = regexp.MustCompile(`^check ("(?:[^"\\]|\\.)*"): `)

// dependencies tells unknown ones, and lets the collector find the cycles.
func (l *loading) dependencies(all []check, byName map[string]int) {
	names := make([]string, 0, len(all))
	for _, c := range all {
		names = append(names, c.Name)
	}
	var sound []checks.Check
	for i, c := range all {
		if byName[c.Name] != i || !checks.ValidName(c.Name) {
			continue
		}
		one := checks.Check{Name: c.Name, Func: idle}
		for j, name := range c.DependsOn {
			at := fmt.Sprintf("checks[%d].depends_on[%d]", i, j)
			if _, exists := byName[name]; exists && checks.ValidName(name) {
				one.DependsOn = append(one.DependsOn, name)
			} else if !exists && !l.partial && !l.unset[at] && !l.namesUnknown(all) {
				l.fault(at, "check %q: depends_on: there is no check %q%s",
					c.Name, name, meant(name, names))
			}
		}
		sound = append(sound, one)
	}
	_, err := collector.New(collector.Options{}, sound...)
	for _, e := range flat(err) {
		path := "checks"
		if m := anyCheck.FindStringSubmatch(e.Error()); m != nil {
			if name, err := strconv.Unquote(m[1]); err == nil {
				path = fmt.Sprintf("checks[%d].depends_on", byName[name])
			}
		}
		l.fault(path, "%s", e)
	}
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

func meant(name string, names []string) string {
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}
