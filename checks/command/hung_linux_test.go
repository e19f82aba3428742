package command_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// TestProgramOnAHungMountIsAStuckRun is about more than its own check: while a
// child hangs between fork and exec, the garbage collector of the whole
// process may wait for it.
func TestProgramOnAHungMountIsAStuckRun(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--mount") {
		return
	}
	for name, settings := range map[string]func(dir string) command.Exec{
		"the program": func(dir string) command.Exec {
			return command.Exec{Command: []string{filepath.Join(dir, "check")}}
		},
		"the directory": func(dir string) command.Exec { return command.Exec{Command: []string{"true"}, Dir: dir} },
		"the PATH": func(dir string) command.Exec {
			return command.Exec{Command: []string{"check"}, Env: map[string]string{"PATH": dir}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, release := testservers.HungMount(t)
			f, err := settings(dir).Build()
			if err != nil {
				t.Fatal(err)
			}
			c, err := collector.New(
				collector.Options{Timeout: 100 * time.Millisecond, FailedTTL: 100 * time.Millisecond},
				checks.Check{Name: "nfs", Func: f},
			)
			if err != nil {
				t.Fatal(err)
			}
			result := func() collector.Result {
				r, err := c.Report(t.Context(), collector.Filter{})
				if err != nil {
					t.Fatal(err)
				}
				return *r.Results[0]
			}
			if r := result(); r.Reason != checks.ReasonTimeout {
				t.Errorf("first result %q (%s), want a timeout", r.Output, r.Reason)
			}
			runtime.GC() // Needs all threads that run Go.
			run(t, generous, command.Exec{Command: []string{"true"}}).passed(t, "exit status 0")
			time.Sleep(150 * time.Millisecond)
			if r := result(); r.Reason != checks.ReasonTimeout || !strings.Contains(r.Output, "has not returned") {
				t.Errorf("later result %q (%s), want the run that has not returned", r.Output, r.Reason)
			}
			metrics, err := testutil.CollectAndFormat(c, expfmt.TypeTextPlain, "healthcheck_run_stuck", "healthcheck_runs_total")
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`healthcheck_run_stuck{check="nfs"} 1`, `healthcheck_runs_total{check="nfs",result="failed"} 1`} {
				if !strings.Contains(string(metrics), want+"\n") {
					t.Errorf("want %s in\n%s", want, metrics)
				}
			}
			release()
			eventually(t, func() error {
				if r := result(); !strings.HasPrefix(r.Output, "local: ") {
					return fmt.Errorf("after the mount was released: %w", errors.New(r.Output))
				}
				return nil
			})
		})
	}
}
