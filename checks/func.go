package checks

import (
	"context"
	"errors"
)

// A Func performs a check once, within the deadline of ctx. A nil error means
// that it passed.
//
// The output is the sentence a person wants to read; when err is not nil, err
// is that sentence (but for a warning, which keeps the output: see [Warnf]).
// A Func may be called again before an earlier call has returned only if that
// call ignored its context's end and the check's definition was replaced.
type Func = func(ctx context.Context) (output string, err error)

// A Spec is the settings of one check type. Build validates them all (several
// faults at once, joined) and does no input or output; the function that it
// returns opens what it needs, obeys its context and closes all of it.
// Every struct in checks/probe, checks/host and
// checks/command implements it.
type Spec interface {
	Build() (Func, error)
}

// Ping makes a check of a function that only says whether something answers,
// such as (*sql.DB).PingContext. Its output is "ok".
func Ping(f func(context.Context) error) Func {
	return func(ctx context.Context) (string, error) {
		if err := f(ctx); err != nil {
			return "", err
		}
		return "ok", nil
	}
}

// Bool makes a check of a function in the shape of the Python library: passed
// or not, and an output that is shown in both cases.
func Bool(f func() (passed bool, output string)) Func {
	return func(context.Context) (string, error) {
		passed, output := f()
		if !passed {
			return "", errors.New(output)
		}
		return output, nil
	}
}
