package checks

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A Func performs a check once, within the deadline of ctx. A nil error means
// that it passed.
//
// The output is the sentence a person wants to read; when err is not nil, err is
// that sentence (but a warning keeps the output: see [Warnf]). A collector never
// calls a Func again before its last call has returned.
type Func = func(ctx context.Context) (output string, err error)

// A Spec is the settings of one check type. The structs of checks/probe,
// checks/host, checks/command, checks/redis and so on implement it.
type Spec interface {
	// Type returns the name of the check type, such as "http": the key in the
	// configuration file and the label "type" of metrics.
	Type() string
	// Build validates the settings and returns all faults at once, joined; each
	// is a checktype.Fault with the key of its setting. It does no input or
	// output. The Func that it returns opens what it needs, obeys its context
	// and closes all of it.
	Build() (Func, error)
}

// New builds a check of a check type. It sets Name, Func and Type, Receiver if spec
// is a [Receiver], and ByHand and Limits if spec is [Manual] and [Limited]. The
// caller may set the other fields before a collector gets the check. An error joins
// all faults of the settings, each with the check's name and type. New does not
// validate the name; see [Check.Validate].
func New(name string, spec Spec) (Check, error) {
	f, err := spec.Build()
	if err == nil {
		receiver, _ := spec.(Receiver)
		byHand, limits := Explain(spec)
		return Check{Name: name, Func: f, Type: spec.Type(), Receiver: receiver, ByHand: byHand, Limits: limits}, nil
	}
	faults := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		faults = slices.Clone(joined.Unwrap())
	}
	for i, fault := range faults {
		faults[i] = fmt.Errorf("check %q: %s: %w", name, spec.Type(), fault)
	}
	return Check{}, errors.Join(faults...)
}

// Ping makes a check of a function that only reports whether something replies,
// such as (*sql.DB).PingContext. Its output is "ok".
func Ping(f func(context.Context) error) Func {
	return func(ctx context.Context) (string, error) {
		if err := f(ctx); err != nil {
			return "", err
		}
		return "ok", nil
	}
}

// Bool makes a check of a function in the shape of the Python library: passed or
// not, and an output that is shown in both cases. [Wrap] treats panics as that
// library treats exceptions.
func Bool(f func() (passed bool, output string)) Func {
	return Wrap(func(context.Context) (string, error) {
		passed, output := f()
		if !passed {
			return "", errors.New(output)
		}
		return output, nil
	})
}

// Wrap returns f with its panics turned into failures as the Python library
// turns exceptions: the output is the text of the panic's value alone, the reason
// panic, and the stack is not logged. Without Wrap the collector recovers a panic
// of f, reports "panic: …" and logs the stack.
func Wrap(f Func) Func {
	return func(ctx context.Context) (output string, err error) {
		returned := false
		defer func() {
			if returned {
				return
			}
			if p := recover(); p != nil { // Nil: the goroutine exits, which cannot be stopped.
				output, err = "", Fail(ReasonPanic, fmt.Errorf("%v", p))
			}
		}()
		output, err = f(ctx)
		returned = true
		return output, err
	}
}
