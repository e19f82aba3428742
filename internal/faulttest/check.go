package faulttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Planted is a password for the tests of check types. None of the functions
// below accepts a text that shows it.
const Planted = "Pl4nted:p@ss/w?rd#9"

// promptly is enough time for a healthy server to reply, even on a busy machine.
const promptly = 10 * time.Second

// An Outcome is what one run of a check returned.
type Outcome struct {
	Output   string
	Err      error
	Observed map[string]float64
	Evidence *checks.Evidence
	Took     time.Duration
}

// Text returns the error or, without an error, the output.
func (o Outcome) Text() string {
	if o.Err != nil {
		return o.Err.Error()
	}
	return o.Output
}

// RunOnce builds and runs a check once.
func RunOnce(t testing.TB, spec checks.Spec, timeout time.Duration) Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	return RunIn(ctx, t, spec)
}

// RunIn builds a check and runs it once with ctx.
func RunIn(ctx context.Context, t testing.TB, spec checks.Spec) Outcome {
	t.Helper()
	f, err := spec.Build()
	if err != nil {
		t.Fatalf("Build: %v", err)
	}
	var mu sync.Mutex
	observed := map[string]float64{}
	ctx = checks.WithObserver(ctx, func(name string, v float64) {
		mu.Lock()
		defer mu.Unlock()
		observed[name] = v
	})
	ctx, trace := checks.WithTrace(ctx)
	start := time.Now()
	output, err := f(ctx)
	mu.Lock()
	defer mu.Unlock()
	o := Outcome{Output: output, Err: err, Observed: maps.Clone(observed), Evidence: trace.Evidence(), Took: time.Since(start)}
	for _, text := range []string{o.Output, o.Text(), o.Evidence.String()} {
		if strings.Contains(text, Planted) {
			t.Errorf("the password is shown: %s", text)
		}
	}
	return o
}

// Passes fails t unless spec passes with that output and without a warning.
func Passes(t testing.TB, spec checks.Spec, want string) Outcome {
	t.Helper()
	o := RunOnce(t, spec, promptly)
	if o.Err != nil || o.Output != want {
		t.Errorf("check returned %q, %v; want %q", o.Output, o.Err, want)
	}
	return o
}

// Warns fails t unless spec passes with that output and that warning.
func Warns(t testing.TB, spec checks.Spec, output, warning string) Outcome {
	t.Helper()
	o := RunOnce(t, spec, promptly)
	if text, ok := checks.Warning(o.Err); !ok || text != warning || o.Output != output {
		t.Errorf("check returned %q, %v; want %q and the warning %q", o.Output, o.Err, output, warning)
	}
	return o
}

// Fails fails t unless spec fails for that reason with a sentence that contains
// want.
func Fails(t testing.TB, spec checks.Spec, reason checks.Reason, want string) {
	t.Helper()
	RunOnce(t, spec, promptly).Failed(t, reason, want)
}

// Failed fails t unless the run failed for that reason with a sentence that
// contains want.
func (o Outcome) Failed(t testing.TB, reason checks.Reason, want string) {
	t.Helper()
	if _, warned := checks.Warning(o.Err); o.Err == nil || warned {
		t.Errorf("check passed with %q, %v; want a failure with the reason %s: …%s…", o.Output, o.Err, reason, want)
		return
	}
	if reason == checks.ReasonAuth && len(o.Evidence.Phases) == 0 {
		t.Errorf("check failed with %v; want its evidence to name a phase", o.Err)
	}
	if got := checks.ReasonOf(o.Err); got != reason || !strings.Contains(o.Err.Error(), want) {
		t.Errorf("check failed with %s: %v; want %s: …%s…", got, o.Err, reason, want)
	}
}

// TimesOut fails t unless spec fails after half a second with a sentence that
// contains want and names the last phase of the evidence, and leaves neither a
// goroutine nor a descriptor.
func TimesOut(t testing.TB, spec checks.Spec, want string) {
	t.Helper()
	const timeout = 500 * time.Millisecond
	LeavesNothing(t, func() {
		o := RunOnce(t, spec, timeout)
		o.Failed(t, checks.ReasonTimeout, want)
		if phases := o.Evidence.Phases; len(phases) == 0 || !strings.Contains(o.Text(), phases[len(phases)-1].Name) {
			t.Errorf("evidence = %s, want it to end in the phase of: %s", o.Evidence, o.Text())
		}
		if o.Took > timeout+busyGrace {
			t.Errorf("check returned after %v, want %v", o.Took, timeout)
		}
	})
}

// IsCancelled fails t unless spec ends soon after its context is cancelled, with
// the reason internal, and leaves nothing.
func IsCancelled(t testing.TB, spec checks.Spec) {
	t.Helper()
	LeavesNothing(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		const after = 200 * time.Millisecond
		timer := time.AfterFunc(after, cancel)
		defer timer.Stop()
		o := RunIn(ctx, t, spec)
		o.Failed(t, checks.ReasonInternal, ": cancelled")
		if o.Took > after+busyGrace {
			t.Errorf("check returned after %v, want %v", o.Took, after)
		}
	})
}

// LeavesNothing fails t if f leaves a goroutine or a descriptor.
func LeavesNothing(t testing.TB, f func()) {
	t.Helper()
	ignore, before := goleak.IgnoreCurrent(), openDescriptors()
	f()
	if err := goleak.Find(ignore); err != nil {
		t.Error(err)
	}
	if left := settle(time.Now().Add(patience), func() []string { return added(before) }); len(left) > 0 {
		t.Errorf("descriptors are left open: %q", left)
	}
}

// BuildFails fails t unless Build returns those faults, one a line, and shows no
// password.
func BuildFails(t testing.TB, spec checks.Spec, want ...string) {
	t.Helper()
	f, err := spec.Build()
	if err == nil || f != nil {
		t.Errorf("Build of %+v = %v, %v; want the faults %q", spec, f != nil, err, want)
		return
	}
	if got := err.Error(); got != strings.Join(want, "\n") {
		t.Errorf("Build of %+v:\n got %q\nwant %q", spec, strings.Split(got, "\n"), want)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), Planted) {
			t.Errorf("the password is shown: %v", e)
		}
	}
}

// Explains fails t unless checks.Explain returns that command, its words joined by
// blanks, and those limits, as fmt.Sprint writes them.
func Explains(t testing.TB, spec checks.Spec, byHand, limits string) {
	t.Helper()
	argv, all := checks.Explain(spec)
	if got := strings.Join(argv, " "); got != byHand || strings.Contains(got, Planted) {
		t.Errorf("by hand %q, want %q", got, byHand)
	}
	if got := fmt.Sprint(all); got != limits {
		t.Errorf("limits of %q: %s, want %s", byHand, got, limits)
	}
}

// Learns fails t unless a run of spec announces those secrets, sorted, and no others.
// The run may fail.
func Learns(t testing.TB, spec checks.Spec, secrets ...string) {
	t.Helper()
	learnt := map[string]bool{}
	RunIn(checktype.WithSecretReceiver(t.Context(), func(secret string) { learnt[secret] = true }), t, spec)
	if got := slices.Sorted(maps.Keys(learnt)); !slices.Equal(got, secrets) {
		t.Errorf("announced %q, want %q", got, secrets)
	}
}

// SecretFile writes a file with that content and returns its path.
func SecretFile(t testing.TB, content string) checks.SecretFile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return checks.SecretFile(path)
}

// Eventually fails t unless f returns want within 20 seconds.
func Eventually(t testing.TB, what, want string, f func() string) {
	t.Helper()
	const enough = 20 * time.Second
	var got string
	for deadline := time.Now().Add(enough); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if got = f(); got == want {
			return
		}
	}
	t.Errorf("%s = %q after %v, want %q", what, got, enough, want)
}

// FailsAtOnce runs one check in several goroutines and fails t unless every run
// fails. With the race detector it finds state that runs share.
func FailsAtOnce(t testing.TB, spec checks.Spec) {
	t.Helper()
	check, err := spec.Build()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if output, err := check(t.Context()); err == nil {
				t.Errorf("check passes with %q, want a failure", output)
			}
		})
	}
	wg.Wait()
}
