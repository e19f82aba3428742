package document

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/spell"
)

// hint says what may have been meant by an unknown key.
func hint(name string, known []string) string {
	if near := spell.Nearest(name, known); near != "" {
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
		return "(not a word, so not shown: is a blank missing after a colon?)"
	}
	return strconv.Quote(name)
}
