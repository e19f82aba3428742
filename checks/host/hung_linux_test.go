package host_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// TestHungMountIsAStuckRun asks a real collector: the hang must reach it, or
// healthcheck_run_stuck stays 0 and the alert cannot fire.
func TestHungMountIsAStuckRun(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--mount") {
		return
	}
	dir, release := testservers.HungMount(t)
	c, err := collector.New(
		collector.Options{Timeout: 100 * time.Millisecond, FailedTTL: 100 * time.Millisecond},
		checks.Check{Name: "nfs", Func: must(t)(host.Disk{Path: dir}.Build())},
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
	if e, _ := c.Evidence("nfs"); len(e.Phases) != 1 || e.Phases[0].Name != "asking the file system" || e.Phases[0].Peer != dir {
		t.Errorf("evidence = %s, want the phase in which it hangs", e)
	}
	goroutines := runtime.NumGoroutine()
	for range 5 {
		time.Sleep(150 * time.Millisecond)
		if r := result(); r.Reason != checks.ReasonTimeout || !strings.Contains(r.Output, "has not returned") {
			t.Errorf("later result %q (%s), want the run that has not returned", r.Output, r.Reason)
		}
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines after five more TTLs, want %d as before", n, goroutines)
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
		if r := result(); !strings.Contains(r.Output, syscall.ENOTCONN.Error()) {
			return fmt.Errorf("after the mount was released: %w", errors.New(r.Output))
		}
		return nil
	})
}
