package probe

import (
	"errors"
	"fmt"
	"regexp"
)

// faults collects what is wrong with settings.
type faults []error

func (f *faults) add(format string, a ...any) { *f = append(*f, fmt.Errorf(format, a...)) }

func (f *faults) join(err error) {
	if err != nil {
		*f = append(*f, err)
	}
}

func (f *faults) err() error { return errors.Join(*f...) }

// pattern compiles a regular expression; empty is nil.
func (f *faults) pattern(key, expr string) *regexp.Regexp {
	if expr == "" {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		f.add("%s: %w", key, err)
	}
	return re
}
