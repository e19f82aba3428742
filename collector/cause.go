package collector

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// maxCauses is the maximum number of causes that a skip names.
const maxCauses = 3

// causes returns the failed checks that l waits for, directly or through other
// skipped checks, each once and in the order of registration. The list is empty
// if all dependencies have passed or are muted.
func (l *line) causes() []*entry {
	if len(l.entry.deps) == 0 {
		return nil
	}
	var found []*entry
	seen := map[*entry]bool{}
	var visit func(e *entry)
	visit = func(e *entry) {
		for _, dep := range e.deps {
			p := dep.line.result()
			if p == nil || p.State == StatePassed || dep.line.entry.mute != nil || seen[dep] {
				continue
			}
			seen[dep] = true
			if p.State == StateSkipped {
				before := len(found)
				visit(dep)
				if len(found) > before || leads(dep, seen) {
					continue
				}
			}
			found = append(found, dep)
		}
	}
	visit(l.entry)
	slices.SortFunc(found, func(a, b *entry) int { return cmp.Compare(a.index, b.index) })
	return found
}

// leads reports whether a skipped check waits for a check that causes has
// already seen. Such a check is not a cause itself.
func leads(e *entry, seen map[*entry]bool) bool {
	return slices.ContainsFunc(e.deps, func(dep *entry) bool {
		p := dep.line.result()
		return seen[dep] && p != nil && p.State != StatePassed
	})
}

// skip is the outcome of a check that waits for the causes.
func skip(causes []*entry) *outcome {
	o := &outcome{skipped: true, reason: checks.ReasonSkipped}
	for _, e := range causes[:min(len(causes), maxCauses)] {
		o.cause = append(o.cause, e.Name)
	}
	o.output = "skipped: " + failing(o.cause, len(causes)-len(o.cause))
	return o
}

// failing returns a phrase saying that the named checks and some more fail.
func failing(names []string, more int) string {
	switch {
	case more > 0:
		return fmt.Sprintf("%s and %d more fail", strings.Join(names, ", "), more)
	case len(names) == 1:
		return names[0] + " fails"
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last] + " fail"
}
