package checks_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestPingPassesWithOk(t *testing.T) {
	var got context.Context
	f := checks.Ping(func(ctx context.Context) error { got = ctx; return nil })
	output, err := f(t.Context())
	if output != "ok" || err != nil {
		t.Errorf("Ping = %q, %v, want ok", output, err)
	}
	if got != t.Context() {
		t.Error("Ping gave its function another context")
	}
}

func TestPingFailsWithTheErrorItself(t *testing.T) {
	down := errors.New("down")
	output, err := checks.Ping(func(context.Context) error { return down })(t.Context())
	if output != "" || err != down { //nolint:errorlint // The same error, not one that wraps it.
		t.Errorf("Ping = %q, %v, want %v", output, err, down)
	}
}

func TestBoolShowsItsOutputInBothCases(t *testing.T) {
	for _, passed := range []bool{true, false} {
		output, err := checks.Bool(func() (bool, string) { return passed, "4 of 5" })(t.Context())
		switch {
		case passed && (output != "4 of 5" || err != nil):
			t.Errorf("Bool of a pass = %q, %v, want its output", output, err)
		case !passed && (output != "" || err == nil || err.Error() != "4 of 5"):
			t.Errorf("Bool of a failure = %q, %v, want its output as the error", output, err)
		}
	}
	if _, err := checks.Bool(func() (bool, string) { return false, "" })(t.Context()); err == nil {
		t.Error("Bool of a failure without output passes")
	}
}

// An exception of the Python library is shown as its text alone.
func TestPanicOfBoolIsItsTextAlone(t *testing.T) {
	for want, value := range map[string]any{
		"'NoneType' object is not subscriptable": "'NoneType' object is not subscriptable",
		"down":                                   errors.New("down"),
		"42":                                     42,
	} {
		output, err := checks.Bool(func() (bool, string) { panic(value) })(t.Context())
		if output != "" || err == nil || err.Error() != want || checks.ReasonOf(err) != checks.ReasonPanic {
			t.Errorf("Bool of panic(%v) = %q, %v (%s), want the text and the reason panic", value, output, err, checks.ReasonOf(err))
		}
	}
	output, err := checks.Bool(func() (bool, string) {
		var none []int
		return none[len(t.Name())] > 0, ""
	})(t.Context())
	if output != "" || err == nil || !strings.HasPrefix(err.Error(), "runtime error: index out of range") {
		t.Errorf("Bool of a runtime error = %q, %v, want its text", output, err)
	}
}

func TestWrapKeepsEverythingButPanics(t *testing.T) {
	down := errors.New("down")
	output, err := checks.Wrap(func(context.Context) (string, error) { return "half", down })(t.Context())
	if output != "half" || err != down { //nolint:errorlint // The same error, not one that wraps it.
		t.Errorf("Wrap = %q, %v, want what its function returns", output, err)
	}
	exited := make(chan bool)
	go func() {
		defer close(exited)
		checks.Wrap(func(context.Context) (string, error) { runtime.Goexit(); return "", nil })(t.Context())
		t.Error("Wrap stopped the exit of a goroutine")
	}()
	<-exited
}

type spec struct{ err error }

func (spec) Type() string { return "toy" }

func (s spec) Build() (checks.Func, error) {
	return func(context.Context) (string, error) { return "toy is fine", nil }, s.err
}

func TestNewBuildsACheckOfItsType(t *testing.T) {
	c, err := checks.New("my-toy", spec{})
	if err != nil || c.Name != "my-toy" || c.Type != "toy" || c.Validate() != nil {
		t.Fatalf("New = %+v, %v, want a valid check named my-toy", c, err)
	}
	if output, err := c.Func(t.Context()); output != "toy is fine" || err != nil {
		t.Errorf("Func = %q, %v, want what Build returned", output, err)
	}
	broken := errors.New("address: missing")
	if c, err := checks.New("my-toy", spec{broken}); c.Func != nil || !errors.Is(err, broken) || err.Error() != `check "my-toy": toy: address: missing` {
		t.Errorf("New of a bad spec = %+v, %v, want the fault with the check's name", c, err)
	}
}

func TestLastOutputCounts(t *testing.T) {
	var got []any
	ctx := checks.WithOutput(t.Context(), func(v any) { got = append(got, v) })
	checks.Output(ctx, "first")
	checks.Output(ctx, map[string]int{"depth": 3})
	checks.Output(t.Context(), "outside of a run nothing happens")
	if len(got) != 2 || fmt.Sprint(got[1]) != "map[depth:3]" {
		t.Errorf("the receiver got %v, want both values in order", got)
	}
}
