package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// A logger hands what the collector logs to slog.
type logger struct{ *slog.Logger }

// Log implements log.Logger.
func (l logger) Log(keyvals ...any) error {
	at, message, rest := slog.LevelInfo, "", make([]any, 0, len(keyvals))
	for i := 0; i+1 < len(keyvals); i += 2 {
		switch keyvals[i] {
		case level.Key():
			_ = at.UnmarshalText([]byte(fmt.Sprint(keyvals[i+1]))) // Unknown: info.
		case "msg":
			message = fmt.Sprint(keyvals[i+1])
		default:
			rest = append(rest, fmt.Sprint(keyvals[i]), keyvals[i+1])
		}
	}
	l.Logger.Log(context.Background(), at, message, rest...)
	return nil
}

var _ log.Logger = logger{}
