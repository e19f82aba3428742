package checks

import (
	"fmt"
	"slices"
	"strings"
)

// A Cycle is a list of names of checks, each of which depends on the next. It
// begins and ends with the same name.
type Cycle []string

// String returns the names, without the middle of a long cycle.
func (c Cycle) String() string {
	const ends = 4
	if left := len(c) - 2*ends; left > 1 {
		c = slices.Concat(c[:ends], []string{fmt.Sprintf("(%d more)", left)}, c[len(c)-ends:])
	}
	return strings.Join(c, " → ")
}

// Cycles returns the cycles of DependsOn that a walk depth first meets, at most
// limit of them. Names that do not exist are ignored; if two checks have the same
// name, the first counts.
func Cycles(all []Check, limit int) []Cycle {
	w := cycleWalk{all: all, limit: limit, index: make(map[string]int, len(all)), state: make([]int, len(all)), depth: make([]int, len(all))}
	for i := len(all) - 1; i >= 0; i-- {
		w.index[all[i].Name] = i
	}
	for i := range all {
		if w.state[i] == unseen && len(w.found) < limit {
			w.from(i)
		}
	}
	return w.found
}

const unseen, walking, walked = 0, 1, 2

// A cycleWalk is a walk through checks depth first.
type cycleWalk struct {
	all   []Check
	limit int
	index map[string]int // by name
	state []int          // unseen, walking or walked
	depth []int          // in path, of those being walked
	path  Cycle
	found []Cycle
}

func (w *cycleWalk) from(i int) {
	w.state[i], w.depth[i] = walking, len(w.path)
	w.path = append(w.path, w.all[i].Name)
	for _, name := range w.all[i].DependsOn {
		to, exists := w.index[name]
		switch {
		case len(w.found) == w.limit:
			return
		case !exists:
		case w.state[to] == walking:
			w.found = append(w.found, append(slices.Clone(w.path[w.depth[to]:]), name))
		case w.state[to] == unseen:
			w.from(to)
		}
	}
	w.path = w.path[:len(w.path)-1]
	w.state[i] = walked
}
