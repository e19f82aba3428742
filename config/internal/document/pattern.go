package document

import (
	"regexp"
	"sync"
)

// pattern returns a regular expression that is compiled when it is first used:
// a start without faults does not pay for the words of faults.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
