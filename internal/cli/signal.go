package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// A caught signal is the cause of the end of a context.
type caught struct{ syscall.Signal }

// Error implements error.
func (c caught) Error() string { return c.String() }

var errInterrupted = errors.New("interrupted")

// untilSignal returns a context that ends with the first SIGINT, SIGTERM or
// SIGHUP. From then on signals have their usual effect: a second Ctrl-C kills
// this process.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // By nohup.
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			number, _ := s.(syscall.Signal)
			cancel(caught{number})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// interruptedStatus is the exit status of a command whose context has ended: 128
// and the number of the signal, as a shell reports it. It is 130 after Ctrl-C.
func interruptedStatus(ctx context.Context) int {
	number := syscall.SIGINT
	if c, is := errors.AsType[caught](context.Cause(ctx)); is {
		number = c.Signal
	}
	return 128 + int(number)
}

func over(ctx context.Context) bool { return ctx.Err() != nil }
