package collector_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A subject is a check whose behaviour a test changes while it runs.
type subject struct {
	runs  atomic.Int64
	takes atomic.Int64 // time.Duration
	err   atomic.Pointer[error]
}

func (s *subject) run(ctx context.Context) (string, error) {
	s.runs.Add(1)
	// A timer of no time is not waited for: when two goroutines of a bubble do that
	// at once, go1.26's race detector falls over their common context.
	if takes := time.Duration(s.takes.Load()); takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	if err := s.err.Load(); err != nil {
		return "", *err
	}
	return "ok", nil
}

func (s *subject) fails(err error) { s.err.Store(&err) }
func (s *subject) passes()         { s.err.Store(nil) }

func (s *subject) check(name string) checks.Check { return checks.Check{Name: name, Func: s.run} }

func (s *subject) wantRuns(t *testing.T, want int64) {
	t.Helper()
	if got := s.runs.Load(); got != want {
		t.Errorf("runs = %d, want %d", got, want)
	}
}

var errDown = errors.New("down")

func newCollector(t *testing.T, o collector.Options, cs ...checks.Check) *collector.Collector {
	t.Helper()
	c, err := collector.New(o, cs...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func report(t *testing.T, c *collector.Collector) collector.Report {
	t.Helper()
	r, err := c.Report(t.Context(), collector.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// one returns the only result of the report of the check of that name.
func one(t *testing.T, c *collector.Collector, name string) *collector.Result {
	t.Helper()
	r, err := c.Report(t.Context(), collector.Filter{Names: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Results[0]
}

func wantResult(t *testing.T, r *collector.Result, state collector.State, output string) {
	t.Helper()
	if r.State != state || r.Output != output {
		t.Errorf("%s: %s %q, want %s %q", r.Check, r.State, r.Output, state, output)
	}
}

// background runs c until the test calls stop or ends.
func background(t *testing.T, c *collector.Collector) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		time.Sleep(10 * time.Second) // What is under way ends before the test's time does.
	}
	synctest.Wait()
	return stop
}

// wantLine checks that a text has a line.
func wantLine(t *testing.T, text, line string) {
	t.Helper()
	if !strings.Contains("\n"+text, "\n"+line+"\n") {
		t.Errorf("no line %s in:\n%s", line, text)
	}
}
