//go:build unix

package command_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

// TestMain is also a program to be checked, since the shell would add variables
// of its own to the environment that it shows, and an exporter to be killed.
func TestMain(m *testing.M) {
	if os.Getenv("SHOW_ENVIRONMENT") != "" {
		fmt.Println(strings.Join(os.Environ(), " "))
		return
	}
	if file := os.Getenv("RUN_FOR_EVER"); file != "" {
		e := command.Exec{Command: []string{"sh", "-c", "echo $$ >" + file + "; exec sleep 1000"}}
		if f, err := e.Build(); err == nil {
			_, _ = f(context.Background())
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// An answer is what one run gave.
type answer struct {
	output string
	err    error
	values map[string]float64
	took   time.Duration
}

// generous is enough for any program here on a slow machine.
const generous = 30 * time.Second

func run(t *testing.T, timeout time.Duration, e command.Exec) answer {
	t.Helper()
	f, err := e.Build()
	if err != nil {
		t.Fatalf("Build() = %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	return call(ctx, f)
}

func call(ctx context.Context, f checks.Func) answer {
	var mu sync.Mutex
	a := answer{values: map[string]float64{}}
	ctx = checks.WithObserver(ctx, func(name string, v float64) {
		mu.Lock()
		defer mu.Unlock()
		a.values[name] = v
	})
	began := time.Now()
	a.output, a.err = f(ctx)
	a.took = time.Since(began)
	return a
}

func script(lines ...string) command.Exec {
	return command.Exec{Command: []string{"sh", "-c", strings.Join(lines, "\n")}}
}

func (a answer) passed(t *testing.T, output string) {
	t.Helper()
	if a.err != nil || a.output != output {
		t.Errorf("got %q and error %v, want %q and none", a.output, a.err, output)
	}
}

func (a answer) failed(t *testing.T, reason checks.Reason, sentence string) {
	t.Helper()
	if a.err == nil {
		t.Fatalf("passed with %q, want a failure with %q", a.output, sentence)
	}
	if got := checks.ReasonOf(a.err); got != reason {
		t.Errorf("reason = %s, want %s (%v)", got, reason, a.err)
	}
	if !strings.HasPrefix(a.err.Error(), sentence) {
		t.Errorf("error = %q, want %q", a.err, sentence)
	}
}

func (a answer) warned(t *testing.T, output, warning string) {
	t.Helper()
	text, ok := checks.Warning(a.err)
	if !ok || text != warning || a.output != output {
		t.Errorf("got %q, error %v, want %q with the warning %q", a.output, a.err, output, warning)
	}
}

// onTime says that the run returned after its time was over, and did not wait
// for what sleeps 1000 seconds. A busy machine is given some.
func (a answer) onTime(t *testing.T, timeout time.Duration) {
	t.Helper()
	if a.took > timeout+10*time.Second {
		t.Errorf("returned after %v, want within %v and a little", a.took, timeout)
	}
}
