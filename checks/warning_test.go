package checks_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// evil errors are of anyone's making.
type (
	ownParent    struct{}
	ownMember    struct{}
	childless    struct{}
	twins        struct{}
	generation   int
	unwrapsToNil struct{}
)

func (ownParent) Error() string      { return "own parent" }
func (e ownParent) Unwrap() error    { return e }
func (ownMember) Error() string      { return "own member" }
func (e ownMember) Unwrap() []error  { return []error{checks.Warnf("w"), e} }
func (childless) Error() string      { return "childless" }
func (childless) Unwrap() []error    { return nil }
func (twins) Error() string          { return "twins" }
func (e twins) Unwrap() []error      { return []error{e, e} }
func (generation) Error() string     { return "generation" }
func (e generation) Unwrap() error   { return e + 1 }
func (unwrapsToNil) Error() string   { return "with nil" }
func (unwrapsToNil) Unwrap() []error { return []error{nil, checks.Warnf("w")} }

func TestWarningIsKnownInEveryWrapping(t *testing.T) {
	w := checks.Warnf("%d of %d", 4, 5)
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"itself", w, "4 of 5"},
		{"wrapped", fmt.Errorf("disk: %w", w), "disk: 4 of 5"},
		{"wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", w)), "a: b: 4 of 5"},
		{"joined", errors.Join(w, checks.Warnf("slow")), "4 of 5; slow"},
		{"joined with nil", errors.Join(nil, w), "4 of 5"},
		{"two in one", fmt.Errorf("%w, %w", w, w), "4 of 5, 4 of 5"},
		{"joined and wrapped", fmt.Errorf("all: %w", errors.Join(w, errors.Join(w, w))), "all: 4 of 5; 4 of 5; 4 of 5"},
		{"of an error", checks.Warnf("replica: %w", io.EOF), "replica: EOF"},
	} {
		if text, ok := checks.Warning(c.err); !ok || text != c.want {
			t.Errorf("%s: Warning = %q, %v, want %q", c.name, text, ok, c.want)
		}
	}
}

func TestWarningNextToAFailureIsAFailure(t *testing.T) {
	w := checks.Warnf("slow")
	deep := w
	for range 2000 {
		deep = fmt.Errorf("%w", deep)
	}
	for name, err := range map[string]error{
		"nil":                       nil,
		"plain":                     io.EOF,
		"joined":                    errors.Join(w, io.EOF),
		"joined first":              errors.Join(io.EOF, w),
		"deep down":                 fmt.Errorf("a: %w", errors.Join(w, fmt.Errorf("b: %w", errors.Join(w, io.EOF)))),
		"two in one":                fmt.Errorf("%w %w", w, io.EOF),
		"with a reason":             checks.Fail(checks.ReasonThreshold, w),
		"wrapped with a reason":     fmt.Errorf("a: %w", checks.Fail(checks.ReasonThreshold, w)),
		"failure":                   checks.Fail(checks.ReasonStatus, errors.New("status 500")),
		"its own parent":            ownParent{},
		"its own member":            ownMember{},
		"without members":           childless{},
		"of itself twice":           twins{},
		"without end":               generation(0),
		"with a nil among its own":  unwrapsToNil{},
		"deeper than anything real": deep,
	} {
		if text, ok := checks.Warning(err); ok || text != "" {
			t.Errorf("%s: Warning = %q, %v, want none", name, text, ok)
		}
	}
}

func TestWarningKeepsTheErrorItWraps(t *testing.T) {
	if err := checks.Warnf("replica: %w", io.EOF); !errors.Is(err, io.EOF) {
		t.Errorf("errors.Is(%v, io.EOF) = false", err)
	}
}
