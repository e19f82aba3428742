package housetest

import (
	"fmt"
	"slices"
	"strings"
)

// examineImports returns a complaint for each direct import of p that its room r
// does not allow.
func examineImports(r room, p listed) (complaints []string) {
	from, _ := ownPath(p.ImportPath)
	for _, path := range p.Imports {
		var fault string
		if to, found, ours := roomOf(path); ours && found {
			fault = arrowFault(r, to)
		} else if !ours {
			fault = outsideFault(r, path)
		}
		if fault != "" {
			path, _ = ownPath(path)
			complaints = append(complaints, fmt.Sprintf("%s → %s: %s", from, path, fault))
		}
	}
	return complaints
}

// arrowFault says why room from must not import room to. It is empty if the
// import is allowed.
func arrowFault(from, to room) string {
	switch {
	case from.path == to.path || from.testing:
		return ""
	case to.testing:
		return "only tests may import it"
	case from.floor < to.floor:
		return fmt.Sprintf("an arrow up, from floor %d to floor %d", from.floor, to.floor)
	case from.floor == to.floor && from.step <= to.step:
		return fmt.Sprintf("an arrow sideways, on floor %d", from.floor)
	case !slices.Contains(from.uses, to.path):
		return fmt.Sprintf("of the rooms below, %s may use %s", from.path, orNothing(from.uses))
	}
	return ""
}

// outsideFault says why a room must not import path, a package outside our module.
func outsideFault(r room, path string) string {
	switch {
	case r.testing:
		return ""
	case r.floor != mainFloor && slices.Contains(mainOnly(), path) && !slices.Contains(r.outside, path):
		return "is for main only"
	case isStandard(path) || under(path, r.outside):
		return ""
	}
	return fmt.Sprintf("from outside, %s may use %s", r.path, orNothing(r.outside))
}

// mainOnly are packages that change process-wide state when they are imported, or
// whose purpose is to change it.
func mainOnly() []string {
	return []string{
		"flag", "testing", "expvar", "net/http/pprof",
		"github.com/prometheus/client_golang/prometheus/promauto",
	}
}

// isStandard reports whether path belongs to the standard library: its first
// element has no dot.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func orNothing(paths []string) string {
	if len(paths) == 0 {
		return "nothing"
	}
	return strings.Join(paths, ", ")
}
