package logging

import (
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	sloggokit "github.com/tjhop/slog-gokit"
)

// Options say which lines are written, and how.
type Options struct {
	// Level is the least level that is written: debug, info, warn or error.
	Level string
	// Format is json or logfmt. Any other value means logfmt.
	Format string
	// Scrub masks secrets in texts and errors. It must be safe for concurrent
	// use.
	Scrub func(string) string
}

// A Logging is one log destination, as a go-kit logger and as a slog logger. Both
// loggers are safe for concurrent use.
type Logging struct {
	Logger     log.Logger   // for our own packages
	Structured *slog.Logger // for packages that log with slog, which stamps lines itself
}

// New returns loggers that write to w.
func New(w io.Writer, o Options) Logging {
	encode := log.NewLogfmtLogger
	if o.Format == "json" {
		encode = log.NewJSONLogger
	}
	var base log.Logger = scrubbing{encode(log.NewSyncWriter(w)), o.Scrub}
	allowed := level.Allow(level.ParseDefault(o.Level, level.InfoValue()))
	const callerDepth = 5 // Two loggers are between the caller and log.Caller.
	stamped := log.With(base, "ts", log.DefaultTimestampUTC, "caller", log.Caller(callerDepth))
	var least slog.LevelVar
	_ = least.UnmarshalText([]byte(o.Level)) // An unknown level leaves it at info.
	return Logging{
		Logger:     level.NewFilter(stamped, allowed),
		Structured: slog.New(sloggokit.NewGoKitHandler(level.NewFilter(restamping{base}, allowed), &least)),
	}
}

// restamping is a logger that renames slog's key time to ts, the key of our own
// lines.
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

// An ErrorLog passes what net/http and promhttp print to a logger at level
// debug: nothing on the request path is logged above debug.
type ErrorLog struct{ Logger log.Logger }

// Println implements promhttp.Logger.
func (e ErrorLog) Println(v ...any) {
	if len(v) > 0 {
		level.Debug(e.Logger).Log("msg", "metrics", "err", v[len(v)-1])
	}
}

// Write implements [io.Writer] for the log.Logger of an http.Server.
func (e ErrorLog) Write(line []byte) (int, error) {
	level.Debug(e.Logger).Log("msg", "http server", "err", string(line))
	return len(line), nil
}
