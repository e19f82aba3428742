package housetest

import (
	"fmt"
	"slices"
	"strings"
)

// examineLinks returns a complaint for each forbidden package that our packages
// link, directly or indirectly, with the chain of imports that leads to it.
func examineLinks(packages []listed) (complaints []string) {
	imports := map[string][]string{}
	for _, p := range packages {
		imports[p.ImportPath] = p.Imports
	}
	for _, p := range packages {
		r, found, _ := roomOf(p.ImportPath)
		if !found || p.DepOnly || r.testing {
			continue
		}
		forbidden := heavy()
		switch {
		case r.lean:
			forbidden = append(forbidden, unlean()...)
		case r.floor == typesFloor:
			forbidden = append(forbidden, clientsOfOthers(r)...)
		}
		if chain := chainTo(p.ImportPath, forbidden, imports); chain != nil {
			path, _ := ownPath(p.ImportPath)
			complaints = append(complaints, fmt.Sprintf("%s: links %s: %s",
				path, chain[len(chain)-1], strings.Join(chain, " → ")))
		}
	}
	return complaints
}

// clientsOfOthers returns the client libraries of all other check types, which
// the check type of room r must not link.
func clientsOfOthers(r room) []string {
	return slices.DeleteFunc(unlean(), func(client string) bool {
		return slices.ContainsFunc(r.outside, func(own string) bool { return under(own, []string{client}) })
	})
}

// chainTo returns the shortest chain of imports from a package to one below
// forbidden, without the package itself; nil when there is none.
func chainTo(from string, forbidden []string, imports map[string][]string) []string {
	type step struct {
		path  string
		chain []string
	}
	seen := map[string]bool{from: true}
	for queue := []step{{path: from}}; len(queue) > 0; queue = queue[1:] {
		for _, next := range imports[queue[0].path] {
			if seen[next] {
				continue
			}
			seen[next] = true
			chain := append(slices.Clone(queue[0].chain), next)
			if under(next, forbidden) {
				return chain
			}
			queue = append(queue, step{next, chain})
		}
	}
	return nil
}
