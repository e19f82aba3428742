package checks

import (
	"errors"
	"fmt"
	"strings"
)

// warning is an error of a check that passes.
type warning struct{ err error }

func (w *warning) Error() string { return w.err.Error() }
func (w *warning) Unwrap() error { return w.err }

// Warnf returns an error with which a Func passes with a warning: the check counts
// as passed, keeps its output, and degrades the overall status. The format is that
// of [fmt.Errorf].
func Warnf(format string, a ...any) error {
	return &warning{fmt.Errorf(format, a...)}
}

// maxErrorNodes bounds how many errors of a tree are visited: code of any kind
// makes errors, and one may even wrap itself.
const maxErrorNodes = 1000

// Warning returns the text of err if every error in err's tree is a warning.
// Otherwise ok is false: a failure joined with a warning is a failure, and so is a
// warning passed to [Fail]. Joined warnings are separated by "; ".
func Warning(err error) (text string, ok bool) {
	budget := maxErrorNodes
	if !onlyWarnings(err, &budget) {
		return "", false
	}
	return strings.ReplaceAll(err.Error(), "\n", "; "), true
}

// onlyWarnings walks err as errors.Is does. A wrapper counts as what it wraps; a
// leaf must be a warning itself.
func onlyWarnings(err error, budget *int) bool {
	*budget--
	if err == nil || *budget < 0 {
		return false
	}
	switch err.(type) { //nolint:errorlint // The tree is walked here, node by node.
	case *warning:
		return true
	case *failure:
		return false
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		members := joined.Unwrap()
		for _, e := range members {
			if !onlyWarnings(e, budget) {
				return false
			}
		}
		return len(members) > 0
	}
	return onlyWarnings(errors.Unwrap(err), budget)
}

// endless reports whether err's tree has so many nodes that errors.Is and
// errors.As might never return.
func endless(err error) bool {
	budget := maxErrorNodes
	return !countable(err, &budget)
}

func countable(err error, budget *int) bool {
	for err != nil {
		*budget--
		if *budget < 0 {
			return false
		}
		if joined, is := err.(interface{ Unwrap() []error }); is {
			for _, e := range joined.Unwrap() {
				if !countable(e, budget) {
					return false
				}
			}
			return true
		}
		err = errors.Unwrap(err)
	}
	return true
}
