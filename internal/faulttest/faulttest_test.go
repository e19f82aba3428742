//go:build linux

package faulttest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

const canary = "hunter2?canary/4711"

// toy is a check type of a protocol in which PING is answered by PONG.
type toy struct {
	Address string
	Secret  checks.Secret
	TLS     *checks.TLS
	// ask replaces what the toy does with its connection.
	ask func(context.Context, net.Conn) (string, error)
}

func (toy) Type() string { return "toy" }

func (s toy) Build() (checks.Func, error) {
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (string, error) {
		conn, err := connect(ctx, s.Address)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		if s.TLS != nil {
			if conn, err = checktype.Handshake(ctx, conn, s.TLS, host); err != nil {
				return "", err
			}
			defer conn.Close()
		}
		checks.TraceOf(ctx).Phase("asking", s.Address)
		if s.ask != nil {
			return s.ask(ctx, conn)
		}
		return s.ping(ctx, conn)
	}, checktype.ValidateTLS(s.TLS)
}

// connect dials, and records that as a check type without package wire has to.
func connect(ctx context.Context, address string) (net.Conn, error) {
	trace := checks.TraceOf(ctx)
	trace.Phase("connecting", address)
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		trace.Phase("resolving", dns.Name)
	} else if err != nil {
		trace.Tried(address, err)
	}
	return conn, err
}

func (s toy) ping(ctx context.Context, conn net.Conn) (string, error) {
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	if _, err := fmt.Fprintf(conn, "PING %s\n", string(s.Secret)); err != nil {
		return "", fmt.Errorf("write: %w", err)
	}
	line, err := bufio.NewReader(io.LimitReader(conn, 1024)).ReadString('\n')
	switch {
	case len(line) == 1024 && err == io.EOF:
		return "", checks.Fail(checks.ReasonProtocol, errors.New("answer has no line in 1024 bytes, want PONG"))
	case err != nil:
		return "", fmt.Errorf("read: %w", err)
	case line != "PONG\n":
		return "", checks.Fail(checks.ReasonProtocol, errors.New("answer is not PONG"))
	}
	return "PONG", nil
}

// good is the healthy peer of the toy.
func good(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if _, err := io.WriteString(conn, "PONG\n"); err != nil {
			return
		}
	}
}

func subject() faulttest.Subject { return subjectThat(nil) }

func subjectThat(ask func(context.Context, net.Conn) (string, error)) faulttest.Subject {
	return faulttest.Subject{
		Type: "toy",
		Spec: func(address string) checks.Spec { return toy{Address: address, Secret: canary, ask: ask} },
		TLS: func(address string, settings checks.TLS) checks.Spec {
			return toy{Address: address, Secret: canary, TLS: &settings, ask: ask}
		},
		Secret: canary,
		Good:   good,
	}
}

func TestCorrectCheckPassesTheTable(t *testing.T) { faulttest.Run(t, subject()) }
