package document

import (
	"fmt"
	"strconv"
	"strings"
)

// hint says what may have been meant by an unknown key.
func hint(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "want one of " + strings.Join(known, ", ")
}

// plainKey reports whether name looks like a key: 1 to 64 letters, digits and
// _ . -
func plainKey(name string) bool {
	const long = 64
	if name == "" || len(name) > long {
		return false
	}
	for _, c := range []byte(name) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-') {
			return false
		}
	}
	return true
}

// showKey quotes a key if it looks like one: a secret in the wrong place must
// not be shown.
func showKey(name string) string {
	if !plainKey(name) {
		return "that is no word"
	}
	return strconv.Quote(name)
}

// Nearest returns the known word of which name is a misspelling, or "".
func Nearest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := edits(name, k); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	return best
}

// edits counts the insertions, deletions and replacements from a to b. If their
// lengths differ much, it returns a large number instead.
func edits(a, b string) int {
	if len(a) > len(b)+3 || len(b) > len(a)+3 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
