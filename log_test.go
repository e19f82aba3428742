package main

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log/level"
)

// A stalledReader takes nothing until it is released.
type stalledReader struct{ release chan struct{} }

func (s stalledReader) Write(p []byte) (int, error) {
	<-s.release
	return len(p), nil
}

type deadReader struct{}

func (deadReader) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestALogReaderThatStallsHoldsUpNobodyAndItsLinesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalled := stalledReader{make(chan struct{})}
		q := newLogQueue(stalled)
		begin := time.Now()
		const more = 50
		for range 1 + maxLogQueue + more {
			if _, err := io.WriteString(q, "line\n"); err != nil {
				t.Fatal(err)
			}
			synctest.Wait() // The writer has its line.
		}
		if got := q.dropped.Load(); got != more {
			t.Errorf("%d lines dropped, want %d", got, more)
		}
		q.flush(time.Second)
		if took := time.Since(begin); took != time.Second {
			t.Errorf("all of it took %v, want only the second that flush waits", took)
		}
		for range 10 { // A check that is deaf may have something to say until the very end.
			_, _ = io.WriteString(q, "late\n")
		}
		close(stalled.release)
	})
}

func TestALogReaderThatHasDiedOnlyCostsItsLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newLogQueue(deadReader{})
		for range 10 {
			_, _ = io.WriteString(q, "line\n")
		}
		q.flush(time.Second)
		if got := q.dropped.Load(); got != 10 {
			t.Errorf("%d lines dropped, want 10", got)
		}
	})
}

func TestFlushWaitsForWhatIsQueuedAndOthersMayGoOnWriting(t *testing.T) {
	var b strings.Builder
	q := newLogQueue(&b)
	for range 100 {
		_, _ = io.WriteString(q, "line\n")
	}
	var writing sync.WaitGroup
	for range 4 {
		writing.Go(func() {
			for range 1000 {
				_, _ = io.WriteString(q, "late\n")
			}
		})
	}
	q.flush(10 * time.Second)
	if got := strings.Count(b.String(), "line\n"); got != 100 {
		t.Errorf("%d lines, want 100", got)
	}
	writing.Wait()
}

func TestWhatIsWrittenToAClosedLogIsNoNews(t *testing.T) {
	var b strings.Builder
	q := newLogQueue(&b)
	_, _ = io.WriteString(q, "before\n")
	q.close()
	_, _ = io.WriteString(q, "after\n")
	q.flush(10 * time.Second)
	if b.String() != "before\n" || q.dropped.Load() != 0 {
		t.Errorf("%q, %d dropped, want what was before and none", b.String(), q.dropped.Load())
	}
}

func TestLogLinesAreStampedScrubbedAndOfTheirLevel(t *testing.T) {
	clean := func(s string) string { return strings.ReplaceAll(s, "hunter2", "********") }
	for _, format := range []string{"logfmt", "json"} {
		var b strings.Builder
		l := newLogging(&b, "info", format, clean)
		level.Debug(l.logger).Log("msg", "not shown")
		l.structured.Debug("not shown")
		level.Warn(l.logger).Log("msg", "ours", "err", errors.New("password hunter2"))
		l.structured.Info("theirs", "url", "http://u:hunter2@h")
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != 2 {
			t.Fatalf("%s: %d lines, want 2:\n%s", format, len(lines), b.String())
		}
		for i, want := range []string{"log_test.go", "url"} {
			if line := lines[i]; !strings.Contains(line, map[string]string{"logfmt": "ts=", "json": `"ts":`}[format]) || !strings.Contains(line, "caller") ||
				!strings.Contains(line, want) || strings.Contains(line, "hunter2") || !strings.Contains(line, "********") {
				t.Errorf("%s: %s", format, line)
			}
		}
	}
}
