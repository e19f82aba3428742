package logging_test

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
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
		q := logging.NewQueue(stalled)
		begin := time.Now()
		const held, more = 1024, 50
		for range 1 + held + more {
			if _, err := io.WriteString(q, "line\n"); err != nil {
				t.Fatal(err)
			}
			synctest.Wait() // The writer has its line.
		}
		if got := q.Dropped(); got != more {
			t.Errorf("%d lines dropped, want %d", got, more)
		}
		q.Flush(time.Second)
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
		q := logging.NewQueue(deadReader{})
		for range 10 {
			_, _ = io.WriteString(q, "line\n")
		}
		begin := time.Now()
		q.Flush(time.Second)
		if got := q.Dropped(); got != 10 {
			t.Errorf("%d lines dropped, want 10", got)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("flushed after %v, want at once", took)
		}
	})
}

func TestFlushWaitsForWhatIsQueuedAndOthersMayGoOnWriting(t *testing.T) {
	var b strings.Builder
	q := logging.NewQueue(&b)
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
	q.Flush(10 * time.Second)
	if got := strings.Count(b.String(), "line\n"); got != 100 {
		t.Errorf("%d lines, want 100", got)
	}
	writing.Wait()
}

func TestWhatIsWrittenToAClosedLogIsNoNews(t *testing.T) {
	var b strings.Builder
	q := logging.NewQueue(&b)
	_, _ = io.WriteString(q, "before\n")
	q.Close()
	_, _ = io.WriteString(q, "after\n")
	q.Flush(10 * time.Second)
	if b.String() != "before\n" || q.Dropped() != 0 {
		t.Errorf("%q, %d dropped, want what was before and none", b.String(), q.Dropped())
	}
}
