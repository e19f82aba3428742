//go:build linux

package e2e_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestAStormOfReloadsUnderLoadFailsNoRequest(t *testing.T) {
	signals := form(200, 1000)
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	good := func(n int) string {
		return floodChecks + fmt.Sprintf("  - {name: changing, exec: {command: [\"true\", \"%d\"]}}\nenvironment: {labels: {cluster: c%d}}\n", n, n)
	}
	write(t, file, good(0))
	e := startWith(t, "--config.file="+file)
	before := metricsOf(t, e)

	ctx, cancel := context.WithCancel(t.Context())
	var wrong mishaps
	var asked atomic.Int64
	var load sync.WaitGroup
	for i := range 8 {
		path := []string{"/healthcheck", "/healthcheck/shell", "/metrics", "/-/ready"}[i%4]
		load.Go(func() {
			for ctx.Err() == nil {
				p, err := dialPoller(t.Context(), e.Addr)
				for range 50 {
					if err == nil && ctx.Err() == nil {
						err = p.ask(path)
						asked.Add(1)
						time.Sleep(2 * time.Millisecond)
					}
				}
				wrong.add(err)
				if p != nil {
					p.conn.Close()
				}
			}
		})
	}
	for n := range signals {
		text := good(n / 10)
		if n%4 == 3 {
			text = "checks: [{name: " // Half a file, as an editor may leave it.
		}
		write(t, file, text)
		e.Signal(syscall.SIGHUP)
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	load.Wait()
	if wrong.n.Load() > 0 {
		t.Errorf("errors of %d requests: %v", asked.Load(), &wrong)
	}

	wantReload := func(text string, want float64) {
		t.Helper()
		write(t, file, text)
		e.Signal(syscall.SIGHUP)
		eventually(t, func() string {
			if got := metricsOf(t, e).sum("healthcheck_config_last_reload_successful"); got != want {
				return fmt.Sprintf("healthcheck_config_last_reload_successful %v, want %v", got, want)
			}
			return ""
		})
	}
	wantReload("checks: [", 0)
	wantReload(good(1), 1)
	var grown float64
	eventually(t, func() string {
		after := metricsOf(t, e)
		grown = after.sum("go_goroutines") - before.sum("go_goroutines")
		if open := after.sum("process_open_fds") - before.sum("process_open_fds"); grown > 3 || open > 5 {
			return fmt.Sprintf("%v goroutines and %v descriptors more than before", grown, open)
		}
		return ""
	})
	if got := metricsOf(t, e).sum("healthcheck_build_info", "cluster", "c1"); got != 1 {
		t.Error("healthcheck_build_info has not the labels of the last file")
	}
	record(t, "reloads under load", fmt.Sprintf("%d SIGHUPs, every fourth for a broken file; %d requests meanwhile, errors: %v; %v goroutines more.",
		signals, asked.Load(), &wrong, grown))
}
