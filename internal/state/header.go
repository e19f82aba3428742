package state

import (
	"errors"
	"fmt"
	"strings"
)

// ours is how the first line of each file begins; the kind of the file and its
// version follow.
const ours = "healthcheck_exporter "

// recognize returns nil if the first line of a file begins with want, and otherwise
// an error with the reason. Want ends in a version and a blank.
func recognize(line, want string) error {
	kind, version, _ := cutLast(strings.TrimSuffix(want, " "))
	switch {
	case strings.HasPrefix(line, want):
		return nil
	case strings.HasPrefix(line, kind+" "):
		found, _, _ := strings.Cut(strings.TrimPrefix(line, kind+" "), " ")
		return fmt.Errorf("has version %.10q, want %s", found, version)
	case strings.HasPrefix(line, ours):
		return fmt.Errorf("is not %s", strings.TrimPrefix(kind, ours))
	}
	return errors.New("is not a file of this program")
}

// cutLast cuts s around its last blank.
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
