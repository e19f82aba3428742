package collector

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// SlogLogger returns a logger for [Options.Logger] that writes to l. The value of
// "msg" becomes the message of the record, the value of "level" its level (info
// without one), and the other pairs its attributes in their order. It is safe
// for concurrent use if the handler of l is. A nil l means no log.
func SlogLogger(l *slog.Logger) log.Logger {
	if l == nil {
		return log.NewNopLogger()
	}
	return slogLogger{l}
}

type slogLogger struct{ to *slog.Logger }

// Log implements log.Logger.
func (l slogLogger) Log(keyvals ...any) error {
	at, message := slog.LevelInfo, ""
	attributes := make([]slog.Attr, 0, len(keyvals)/2)
	for i := 0; i < len(keyvals); i += 2 {
		value := any(log.ErrMissingValue)
		if i+1 < len(keyvals) {
			value = keyvals[i+1]
		}
		switch keyvals[i] {
		case level.Key():
			at = slogLevel(value)
		case "msg":
			message = fmt.Sprint(value)
		default:
			attributes = append(attributes, slog.Any(fmt.Sprint(keyvals[i]), value))
		}
	}
	l.to.LogAttrs(context.Background(), at, message, attributes...)
	return nil
}

func slogLevel(value any) slog.Level {
	switch value {
	case level.DebugValue():
		return slog.LevelDebug
	case level.WarnValue():
		return slog.LevelWarn
	case level.ErrorValue():
		return slog.LevelError
	}
	return slog.LevelInfo
}
