package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// planted is the password that must be in no text.
const planted = "Pl4nted:p@ss/w?rd#9"

// outcome is what one run has said.
type outcome struct {
	output   string
	err      error
	observed map[string]float64
	took     time.Duration
}

// run builds and runs a check once.
func run(t *testing.T, spec checks.Spec, timeout time.Duration) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	return runIn(ctx, t, spec)
}

func runIn(ctx context.Context, t *testing.T, spec checks.Spec) outcome {
	t.Helper()
	f, err := spec.Build()
	if err != nil {
		t.Fatalf("Build: %v", err)
	}
	o := outcome{observed: map[string]float64{}}
	ctx = checks.WithObserver(ctx, func(name string, v float64) { o.observed[name] = v })
	start := time.Now()
	o.output, o.err = f(ctx)
	o.took = time.Since(start)
	if text := o.text(); strings.Contains(text, planted) {
		t.Errorf("the password is shown: %s", text)
	}
	return o
}

func (o outcome) text() string {
	if o.err != nil {
		return o.err.Error()
	}
	return o.output
}

// passes is a failed test unless spec passes, without a warning, with that output.
func passes(t *testing.T, spec checks.Spec, want string) outcome {
	t.Helper()
	o := run(t, spec, 10*time.Second)
	if o.err != nil || o.output != want {
		t.Errorf("check returned %q, %v; want %q", o.output, o.err, want)
	}
	return o
}

// fails is a failed test unless spec fails for that reason with a sentence
// that contains want.
func fails(t *testing.T, spec checks.Spec, reason checks.Reason, want string) {
	t.Helper()
	failed(t, run(t, spec, 10*time.Second), reason, want)
}

func failed(t *testing.T, o outcome, reason checks.Reason, want string) {
	t.Helper()
	if o.err == nil {
		t.Errorf("check passed with %q, want a failure with the reason %s", o.output, reason)
		return
	}
	if got := checks.ReasonOf(o.err); got != reason || !strings.Contains(o.err.Error(), want) {
		t.Errorf("check failed with %s: %v; want %s: …%s…", got, o.err, reason, want)
	}
}

// timesOut is a failed test unless spec fails after half a second, and leaves
// neither a goroutine nor a descriptor.
func timesOut(t *testing.T, spec checks.Spec, want string) {
	t.Helper()
	const timeout = 500 * time.Millisecond
	leavesNothing(t, func() {
		o := run(t, spec, timeout)
		failed(t, o, checks.ReasonTimeout, want)
		if o.took > timeout+time.Second {
			t.Errorf("check returned after %v, want %v", o.took, timeout)
		}
	})
}

// isCancelled is a failed test unless spec ends soon after its context does,
// for a reason of our own, and leaves nothing.
func isCancelled(t *testing.T, spec checks.Spec) {
	t.Helper()
	leavesNothing(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		time.AfterFunc(200*time.Millisecond, cancel)
		o := runIn(ctx, t, spec)
		failed(t, o, checks.ReasonInternal, "cancel")
		if o.took > 1200*time.Millisecond {
			t.Errorf("check returned after %v, want 200ms", o.took)
		}
	})
}

// leavesNothing is a failed test when f leaves a goroutine or a descriptor.
func leavesNothing(t *testing.T, f func()) {
	t.Helper()
	ignore, before := goleak.IgnoreCurrent(), descriptors()
	f()
	if err := goleak.Find(ignore); err != nil {
		t.Error(err)
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors are open, want %d as before", after, before)
	}
}

// descriptors counts what is open, 0 where that cannot be known.
func descriptors() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

// buildFails is a failed test unless Build returns all of those faults, one a
// line, and shows no password.
func buildFails(t *testing.T, spec checks.Spec, want ...string) {
	t.Helper()
	f, err := spec.Build()
	if err == nil || f != nil {
		t.Errorf("Build of %+v = %v, nil; want the faults %q", spec, f != nil, want)
		return
	}
	if got := strings.Split(err.Error(), "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("Build of %+v:\n got %q\nwant %q", spec, got, want)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), planted) {
			t.Errorf("the password is shown: %v", e)
		}
	}
}

// file writes a file with that content and returns its path.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// eventually is a failed test unless f returns want within 20 seconds.
func eventually(t *testing.T, what, want string, f func() string) {
	t.Helper()
	const patience = 20 * time.Second
	var got string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if got = f(); got == want {
			return
		}
	}
	t.Errorf("%s = %q after %v, want %q", what, got, patience, want)
}
