package config

import (
	"regexp"
	"sync"
)

// pattern returns a regular expression that is compiled when it is first needed.
// Most of them are for messages about faults: a start without any does not pay
// for them.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
