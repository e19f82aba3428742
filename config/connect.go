package config

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/spell"
)

// connect reports faults of names and tags, and of the checks together, also of
// those whose own settings are faulty.
func (l *loading) connect(all []check) {
	first, labels := map[string]*check{}, map[string]bool{}
	for i := range all {
		c := &all[i]
		name := c.node.Get("name")
		if l.document.Full() || name.Bad() || c.Name == "" && c.node.Bad() {
			continue // Reported already.
		}
		if before := first[c.Name]; before != nil {
			c.node.FaultAt(name, "the name is taken, see %s", before.node.Get("name").Place())
		} else {
			first[c.Name] = c
		}
		l.words(c)
		countLabels(c, labels)
	}
	l.dependencies(all, first)
}

// words reports invalid names, tags, labels and severities.
func (l *loading) words(c *check) {
	err := checks.Check{Name: c.Name, Func: idle, Tags: c.Tags, Severity: checks.Severity(c.Severity), Labels: c.Labels}.Validate()
	l.faults(c.node, err, fmt.Sprintf("check %q: ", c.Name))
}

// idle makes a check valid that only its names are asked about.
func idle(context.Context) (string, error) { return "", nil }

// countLabels reports the names of labels that are too many over all checks.
func countLabels(c *check, names map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
		if !names[name] && len(names) == checks.MaxLabels {
			at := c.node.Get("labels")
			at.FaultAt(at.Get(name), "more than %d names of labels over all checks", checks.MaxLabels)
			return
		}
		names[name] = true
	}
}

// dependencies reports unknown ones and cycles.
func (l *loading) dependencies(all []check, byName map[string]*check) {
	named := l.named(all)
	graph, names := make([]checks.Check, len(all)), make([]string, len(all))
	for i := range all {
		graph[i] = checks.Check{Name: all[i].Name, DependsOn: all[i].DependsOn}
		names[i] = all[i].Name
	}
	for i := range all {
		c := &all[i]
		for j, n := range c.node.Get("depends_on").Items() {
			if named && !l.document.Full() && j < len(c.DependsOn) && !n.Bad() && byName[c.DependsOn[j]] == nil {
				name := c.DependsOn[j]
				c.node.Get("depends_on").FaultAt(n, "there is no check %q%s", l.vault.hide(name), l.meant(name, names))
			}
		}
	}
	for _, cycle := range checks.Cycles(graph, document.MaxFaults) {
		c := byName[cycle[0]]
		c.node.FaultAt(c.node.Get("depends_on"), "depends on itself: %s", cycle)
	}
}

// named reports whether the names of all checks are known: any other could be
// the one that another check depends on.
func (l *loading) named(all []check) bool {
	for i := range all {
		if all[i].Name == "" || all[i].node.Get("name").Bad() {
			return false
		}
	}
	return !l.document.Partial()
}

// meant says which check may have been meant, for the faults that are shown.
func (l *loading) meant(name string, names []string) string {
	if l.document.Faults() > document.MaxFaults {
		return ""
	}
	if near := spell.Nearest(name, names); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}
