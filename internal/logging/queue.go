package logging

import (
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// CatchBrokenPipes keeps the process alive when the reader of its log dies.
// SIGPIPE is caught and not ignored, because children inherit an ignored signal.
func CatchBrokenPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// maxQueue is the number of lines that may wait for a stalled reader.
const maxQueue = 1024

// A Queue takes log lines without blocking and writes them from a goroutine of
// its own. Lines that it cannot hold or write are dropped and counted. It is
// safe for concurrent use.
type Queue struct {
	lines   chan []byte
	dropped atomic.Uint64
	closed  atomic.Bool
	last    chan struct{} // closed by Flush: the goroutine waits for no further lines
	written chan struct{} // closed when the goroutine has ended
}

// NewQueue starts a queue that writes to w until [Queue.Flush].
func NewQueue(w io.Writer) *Queue {
	q := &Queue{lines: make(chan []byte, maxQueue), last: make(chan struct{}), written: make(chan struct{})}
	go q.writeTo(w)
	return q
}

func (q *Queue) writeTo(w io.Writer) {
	defer close(q.written)
	write := func(line []byte) {
		if _, err := w.Write(line); err != nil {
			q.dropped.Add(1)
		}
	}
	for {
		select {
		case line := <-q.lines:
			write(line)
		case <-q.last:
			for range len(q.lines) {
				write(<-q.lines)
			}
			return
		}
	}
}

// Write implements [io.Writer]. It never blocks and never fails.
func (q *Queue) Write(line []byte) (int, error) {
	if q.closed.Load() {
		return len(line), nil
	}
	select {
	case q.lines <- append([]byte(nil), line...):
	default:
		q.dropped.Add(1)
	}
	return len(line), nil
}

// Dropped returns how many lines were dropped so far.
func (q *Queue) Dropped() uint64 { return q.dropped.Load() }

// Close discards later lines without counting them.
func (q *Queue) Close() { q.closed.Store(true) }

// Flush waits until the queued lines are written, but at most limit. It must be
// called only once. Lines written to the queue afterwards may be lost.
func (q *Queue) Flush(limit time.Duration) {
	close(q.last)
	select {
	case <-q.written:
	case <-time.After(limit):
	}
}
