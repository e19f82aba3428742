package state_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/state"
)

// A machine is the clocks of a machine that a test moves.
type machine struct {
	boot       string
	wall, mono time.Duration // how much its clocks are ahead of the real ones
}

func (m *machine) now() time.Time { return time.Now().Add(m.wall) }

func (m *machine) sinceBoot() (string, time.Duration) {
	return m.boot, time.Hour + time.Since(epoch) + m.mono
}

// epoch is a moment on the monotonic clock.
var epoch = time.Now()

// A directory is a state directory, and what its stores have reported.
type directory struct {
	t       testing.TB
	path    string
	machine *machine
	reports []error
	said    string // the reports of wantRestoredBut
}

func newDirectory(t testing.TB) *directory {
	return &directory{t: t, path: filepath.Join(t.TempDir(), "state"), machine: &machine{boot: "one"}}
}

func (d *directory) open() *state.Store {
	s := state.OpenAt(d.path, func(err error) { d.reports = append(d.reports, err) }, d.machine.now, d.machine.sinceBoot)
	d.t.Cleanup(s.Close)
	return s
}

// wantReports compares the number of reports since the last call.
func (d *directory) wantReports(n int) {
	d.t.Helper()
	if len(d.reports) != n {
		d.t.Errorf("%d reports, want %d: %v", len(d.reports), n, d.reports)
	}
	d.reports = nil
}

func (d *directory) file(name string) string { return filepath.Join(d.path, name) }

func (d *directory) read(name string) []byte {
	d.t.Helper()
	data, err := os.ReadFile(d.file(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

// A subject is a check whose outcome a test changes.
type subject struct{ fails atomic.Bool }

var errDown = errors.New("down")

func (s *subject) check(name string) checks.Check {
	return checks.Check{Name: name, Fingerprint: "settings of " + name, Func: func(ctx context.Context) (string, error) {
		checks.Observe(ctx, "queue_depth", 7)
		if s.fails.Load() {
			return "", checks.Fail(checks.ReasonRefused, errDown)
		}
		return "fine", nil
	}}
}

// job is a check that waits for heartbeats.
func job(t *testing.T) checks.Check {
	t.Helper()
	c, err := checks.New("job", heartbeat.Check{MaxAge: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	c.Fingerprint = "settings of job"
	return c
}

func newCollector(t testing.TB, saved *collector.Saved, cs ...checks.Check) *collector.Collector {
	t.Helper()
	c, err := collector.New(collector.Options{Restore: saved, MaxWait: -1}, cs...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run runs every check whose result has expired, and returns the report.
func run(t testing.TB, c *collector.Collector) collector.Report {
	t.Helper()
	for range 2 { // Each starts runs and does not wait: MaxWait is negative.
		if _, err := c.Report(t.Context(), collector.Filter{}); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Report(t.Context(), collector.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keep saves what c has at the moment, as at the end of the process.
func keep(t testing.TB, s *state.Store, c *collector.Collector) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Keep(ctx, c)
}
