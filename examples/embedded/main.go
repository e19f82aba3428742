// Command embedded is a service with health checks of its own: it registers a
// function and mounts one handler. Nothing is global, and nothing needs closing.
//
//	go run . 127.0.0.1:8080 127.0.0.1:6379
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: embedded LISTEN-ADDRESS REDIS-ADDRESS")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, os.Args[1], os.Args[2]); err != nil {
		slog.Error("cannot serve", "err", err)
		os.Exit(1)
	}
}

// serve runs the service with its health checks.
func serve(ctx context.Context, address, redis string) error {
	health, err := service.New(service.Options{Logger: collector.SlogLogger(slog.Default())}, checks.Check{
		Name:       "redis",
		Func:       func(ctx context.Context) (string, error) { return ping(ctx, redis) },
		SuccessTTL: 500 * time.Millisecond,
		FailedTTL:  500 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	go health.Run(ctx) //nolint:errcheck // Its only error is a second call.

	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the service") })
	mux.Handle("/", health)
	server := &http.Server{
		Addr: address, Handler: mux,
		ReadHeaderTimeout:            5 * time.Second,
		DisableGeneralOptionsHandler: true,
	}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ping is a check that the service defines.
func ping(ctx context.Context, address string) (string, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return "", err
	}
	var pong [7]byte
	if _, err := io.ReadFull(conn, pong[:]); err != nil {
		return "", err
	}
	if string(pong[:]) != "+PONG\r\n" {
		return "", checks.Fail(checks.ReasonProtocol, fmt.Errorf("reply %q, want PONG", pong[:]))
	}
	return "PONG", nil
}
