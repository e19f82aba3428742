// Package spell finds the known word that is closest to a misspelt word.
//
//	spell.Nearest("time_out", []string{"address", "timeout"}) // "timeout"
package spell

import (
	"slices"
	"strings"
)

// Nearest returns the known word that name probably misspells, or "". Letter case
// does not count. If no known word is spelt similarly, the only known word that has
// more or fewer parts than name is the nearest: fail_percent for fail_used_percent.
func Nearest(name string, known []string) string {
	lower := strings.ToLower(name)
	best, distance := "", 3
	for _, k := range known {
		if d := edits(lower, strings.ToLower(k)); d < distance && 2*d <= len(k) {
			best, distance = k, d
		}
	}
	if best != "" {
		return best
	}
	for _, k := range known {
		if !related(lower, strings.ToLower(k)) {
			continue
		}
		if best != "" {
			return "" // Either may be meant.
		}
		best = k
	}
	return best
}

// related reports whether one word has all parts of the other, or is the beginning
// of the other.
func related(a, b string) bool {
	const least, most = 4, 4 // letters of the beginning and of the rest, as in "warn" and "ing"
	short, long := a, b
	if len(a) > len(b) {
		short, long = b, a
	}
	if len(short) >= least && len(long) <= len(short)+most && strings.HasPrefix(long, short) {
		return true
	}
	parts := strings.FieldsFunc(short, isBorder)
	of := strings.FieldsFunc(long, isBorder)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool { return !slices.Contains(of, part) })
}

// isBorder reports whether r separates the parts of a word.
func isBorder(r rune) bool { return strings.ContainsRune("_-. ", r) }

// edits counts the insertions, deletions, replacements and swaps of neighbours from
// a to b. If their lengths differ much, it returns a large number instead.
func edits(a, b string) int {
	if len(a) > len(b)+3 || len(b) > len(a)+3 {
		return len(a) + len(b)
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
