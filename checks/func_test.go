package checks_test

import (
	"context"
	"errors"
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
