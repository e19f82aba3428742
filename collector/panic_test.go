package collector_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

type evilError struct{}

func (evilError) Error() string { panic("no text for you") }

type evilStringer struct{}

func (evilStringer) String() string { panic("inner") }

func TestRule04APanicIsAFailedResult(t *testing.T) {
	var nilMap map[string]int
	var nilPointer *collector.Result
	index := 3
	kinds := map[string]struct {
		f    checks.Func
		want string
	}{
		"string":   {func(context.Context) (string, error) { panic("boom") }, "panic: boom"},
		"error":    {func(context.Context) (string, error) { panic(errors.New("custom")) }, "panic: custom"},
		"nil_map":  {func(context.Context) (string, error) { nilMap["a"]++; return "", nil }, "panic: assignment to entry in nil map"},
		"pointer":  {func(context.Context) (string, error) { return nilPointer.Output, nil }, "panic: runtime error: invalid memory address or nil pointer dereference"},
		"index":    {func(context.Context) (string, error) { return string("ab"[index]), nil }, "panic: runtime error: index out of range [3] with length 2"},
		"err_text": {func(context.Context) (string, error) { return "", evilError{} }, "panic: no text for you"},
		"goexit":   {func(context.Context) (string, error) { runtime.Goexit(); return "", nil }, "panic: the check ended its goroutine with runtime.Goexit"},
		"nil":      {func(context.Context) (string, error) { panic(nil) }, "panic: panic called with nil argument"},
		"stringer": {func(context.Context) (string, error) { panic(evilStringer{}) }, "panic: %!v(PANIC=String method: inner)"},
	}
	var cs []checks.Check
	for name, kind := range kinds {
		cs = append(cs, checks.Check{Name: name, Func: kind.f})
	}
	var calm subject
	var logged syncBuffer
	c := newCollector(t, collector.Options{Logger: log.NewLogfmtLogger(&logged)}, append(cs, calm.check("calm"))...)
	r := report(t, c)
	for _, result := range r.Results {
		if result.Check == "calm" {
			wantResult(t, result, collector.StatePassed, "ok")
			continue
		}
		wantResult(t, result, collector.StateFailed, kinds[result.Check].want)
		if result.Reason != checks.ReasonPanic {
			t.Errorf("%s: reason %s, want panic", result.Check, result.Reason)
		}
		if strings.Contains(result.Output, ".go:") {
			t.Errorf("%s: the stack is shown: %s", result.Check, result.Output)
		}
	}
	if !strings.Contains(logged.String(), "panic_test.go") {
		t.Errorf("the log has no stack:\n%s", logged.String())
	}
}

func TestRule04AnErrorWhoseTextNeverComesIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	c := newCollector(t, collector.Options{Timeout: 20 * time.Millisecond},
		checks.Check{Name: "a", Func: func(context.Context) (string, error) { return "", slowError{release} }})
	wantResult(t, one(t, c, "a"), collector.StateFailed, "timeout: the check did not return within 20ms")
	close(release)
}

type slowError struct{ release chan struct{} }

func (e slowError) Error() string { <-e.release; return "late" }

func TestAScrubberThatPanicsShowsNothing(t *testing.T) {
	var s subject
	c := newCollector(t, collector.Options{}, s.check("a"))
	c.SetText(func(string) string { panic("scrub") })
	wantResult(t, one(t, c, "a"), collector.StatePassed, "********")
}

// A syncBuffer is a log's destination that a test may read meanwhile.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
