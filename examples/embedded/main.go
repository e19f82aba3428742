// Command embedded is a service that answers for its own health: it registers a
// function, mounts the handlers and registers the collector. Nothing is global,
// and there is nothing to close.
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

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
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

// serve is the service, with its health embedded.
func serve(ctx context.Context, address, redis string) error {
	c, err := collector.New(collector.Options{Logger: logger{slog.Default()}}, checks.Check{
		Name:       "redis",
		Func:       func(ctx context.Context) (string, error) { return ping(ctx, redis) },
		SuccessTTL: 500 * time.Millisecond,
		FailedTTL:  500 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	dump, err := envinfo.New(envinfo.Options{})
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	handler := httpapi.Routes(map[string]http.Handler{
		"/":             http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the service") }),
		"/healthcheck/": httpapi.Healthcheck(c, httpapi.Options{Prefix: "/healthcheck"}),
		"/environment/": httpapi.Guard(httpapi.Environment(dump, httpapi.EnvironmentOptions{Prefix: "/environment"}), httpapi.Access{}),
		"/metrics":      httpapi.Metrics(registry, nil),
	})
	go c.Run(ctx) //nolint:errcheck // Its only error is a second call.

	server := &http.Server{
		Addr: address, Handler: handler,
		ReadHeaderTimeout:            5 * time.Second,
		DisableGeneralOptionsHandler: true,
	}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ping is a check of the service's own making.
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
		return "", checks.Fail(checks.ReasonProtocol, fmt.Errorf("answer %q, want PONG", pong[:]))
	}
	return "PONG", nil
}
