package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"unicode"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// dialError gives an error of connecting its reason.
func dialError(network string, err error) error {
	reason := checks.ReasonOf(err)
	switch {
	case reason == checks.ReasonInternal && !errors.Is(err, context.Canceled):
		err = fmt.Errorf("local: %w", err)
	case network == "unix" && errors.Is(err, syscall.ENOENT):
		reason = checks.ReasonRefused
	case network == "unix" && errors.Is(err, syscall.EACCES):
		reason = checks.ReasonAuth
	}
	return checks.Fail(reason, err)
}

// explain says why there is no answer to a step ("PING", "the login") of the
// run, whatever err the driver made of it. It is for errors that are not the
// server's own answer.
func (w *wire) explain(ctx context.Context, step string, err error) error {
	fault := w.firstFault()
	if fault == nil {
		fault = err
	}
	reason := checks.ReasonOf(fault)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return checks.Fail(checks.ReasonInternal, fmt.Errorf("%s: %w", step, context.Canceled))
	case ctx.Err() != nil || reason == checks.ReasonTimeout:
		return checks.Fail(checks.ReasonTimeout, fmt.Errorf("no answer to %s in time", step))
	case errors.Is(fault, errTooLong):
		return checks.Fail(checks.ReasonProtocol, fmt.Errorf("%s: %w", step, fault))
	case errors.Is(fault, io.EOF) || errors.Is(fault, io.ErrUnexpectedEOF):
		return checks.Fail(checks.ReasonProtocol, fmt.Errorf("connection closed by the server, want its answer to %s", step))
	case errors.Is(fault, syscall.ECONNRESET) || errors.Is(fault, syscall.EPIPE):
		return checks.Fail(checks.ReasonProtocol, fmt.Errorf("connection reset by the server, want its answer to %s", step))
	case reason == checks.ReasonInternal:
		return checks.Fail(reason, fmt.Errorf("local: %s: %w", step, fault))
	case reason != checks.ReasonError:
		return checks.Fail(reason, fmt.Errorf("%s: %w", step, fault))
	}
	return checks.Fail(checks.ReasonProtocol, fmt.Errorf("%s: answer not understood: %s", step, clip(leaf(fault).Error())))
}

// handshakeFault is explain for an error of a TLS handshake.
func (w *wire) handshakeFault(ctx context.Context, err error) error {
	reason := checks.ReasonOf(err)
	if ctx.Err() != nil || reason == checks.ReasonTimeout || reason == checks.ReasonInternal {
		return w.explain(ctx, "the tls handshake", err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // Without our own port, which is another one each time.
	}
	return checks.HandshakeError(err)
}

// leaf returns the innermost error, for drivers that wrap what happened into
// the names of their functions and what they were given.
func leaf(err error) error {
	for range 100 {
		var inner error
		switch e := err.(type) { //nolint:errorlint // The tree is walked here, node by node.
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			if members := e.Unwrap(); len(members) > 0 {
				inner = members[0]
			}
		}
		if inner == nil {
			return err
		}
		err = inner
	}
	return err
}

// maxClip is the length of the longest foreign text in a sentence, in bytes.
const maxClip = 200

// clip makes one short line of a foreign text.
func clip(s string) string {
	line, _, cut := strings.Cut(s, "\n")
	line = strings.TrimRight(line, "\r")
	if len(line) > maxClip {
		line, cut = strings.ToValidUTF8(line[:maxClip], ""), true
	}
	if cut {
		line += "…"
	}
	return strings.Map(shown, line)
}

// shown replaces what moves a cursor, and bytes that are no text.
func shown(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

// mask hides a secret in a foreign text: servers repeat what they were sent.
// Shorter secrets are no secrets, and would eat the text.
func mask(text, secret string) string {
	if len(secret) < 4 {
		return text
	}
	return strings.ReplaceAll(text, secret, "********")
}
