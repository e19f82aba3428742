package main

import (
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	sloggokit "github.com/tjhop/slog-gokit"
)

// ignoreBrokenPipes keeps the process alive when whoever reads its log dies. The
// signal is caught and not ignored, because children inherit an ignored one.
func ignoreBrokenPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// maxLogQueue is how many lines may wait for a log reader that stalls.
const maxLogQueue = 1024

// A logQueue takes lines without waiting and writes them from a goroutine of
// its own. What it cannot hold or write is dropped and counted.
type logQueue struct {
	lines   chan []byte
	dropped atomic.Uint64
	closed  atomic.Bool
	last    chan struct{} // closed when no more lines are waited for
	written chan struct{} // closed when the goroutine has ended
}

func newLogQueue(w io.Writer) *logQueue {
	q := &logQueue{lines: make(chan []byte, maxLogQueue), last: make(chan struct{}), written: make(chan struct{})}
	go q.writeTo(w)
	return q
}

func (q *logQueue) writeTo(w io.Writer) {
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

// Write implements [io.Writer]. It never waits and never fails.
func (q *logQueue) Write(line []byte) (int, error) {
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

// close makes all later lines no news.
func (q *logQueue) close() { q.closed.Store(true) }

// flush waits until what is queued is written, but not for a reader that has
// stalled. A check that is deaf may still write after it: that line is lost.
func (q *logQueue) flush(limit time.Duration) {
	close(q.last)
	select {
	case <-q.written:
	case <-time.After(limit):
	}
}

// A logging is one destination in the two shapes in which packages log.
type logging struct {
	logger     log.Logger   // ours
	structured *slog.Logger // for the packages that log with slog; it stamps lines itself
}

// newLogging writes to w what is at least of the given level, scrubbed.
func newLogging(w io.Writer, minimum, format string, clean func(string) string) logging {
	encode := log.NewLogfmtLogger
	if format == "json" {
		encode = log.NewJSONLogger
	}
	var base log.Logger = scrubbing{encode(log.NewSyncWriter(w)), clean}
	allowed := level.Allow(level.ParseDefault(minimum, level.InfoValue()))
	const callerDepth = 5 // Two loggers stand between the caller and the stamp.
	stamped := log.With(base, "ts", log.DefaultTimestampUTC, "caller", log.Caller(callerDepth))
	var least slog.LevelVar
	_ = least.UnmarshalText([]byte(minimum)) // One of the flag's own words.
	return logging{
		logger:     level.NewFilter(stamped, allowed),
		structured: slog.New(sloggokit.NewGoKitHandler(level.NewFilter(restamping{base}, allowed), &least)),
	}
}

// restamping is a logger that calls the time of a line ts, as ours do, where slog
// calls it time.
type restamping struct{ next log.Logger }

// Log implements [log.Logger].
func (r restamping) Log(keyvals ...any) error {
	for i := 0; i+1 < len(keyvals); i += 2 {
		if at, is := keyvals[i+1].(time.Time); is && keyvals[i] == "time" {
			rest := slices.Delete(slices.Clone(keyvals), i, i+2)
			return r.next.Log(append([]any{"ts", at.UTC()}, rest...)...)
		}
	}
	return r.next.Log(keyvals...)
}

// scrubbing is a logger that masks the secrets in texts and errors.
type scrubbing struct {
	next  log.Logger
	clean func(string) string
}

// Log implements [log.Logger].
func (s scrubbing) Log(keyvals ...any) error {
	cleaned := make([]any, len(keyvals))
	for i, v := range keyvals {
		cleaned[i] = v
		if i%2 == 0 {
			continue
		}
		switch v := v.(type) {
		case string:
			cleaned[i] = s.clean(v)
		case error:
			cleaned[i] = s.clean(v.Error())
		}
	}
	return s.next.Log(cleaned...)
}

// errorLog hands what net/http and promhttp print to the logger, at debug: on
// the request path nothing is logged above that.
type errorLog struct{ logger log.Logger }

// Println implements promhttp.Logger.
func (e errorLog) Println(v ...any) {
	if len(v) > 0 {
		level.Debug(e.logger).Log("msg", "metrics", "err", v[len(v)-1])
	}
}

// Write implements [io.Writer] for the log.Logger of an http.Server.
func (e errorLog) Write(line []byte) (int, error) {
	level.Debug(e.logger).Log("msg", "http server", "err", string(line))
	return len(line), nil
}
