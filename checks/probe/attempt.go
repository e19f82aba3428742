package probe

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// An attempt is what one run knows of itself: how long it may take, with whom
// it talks and what it is just doing. Every failure of the network is told by
// it, so that all of them name the peer and the phase alike:
//
//	connecting to 192.0.2.1:80: connection refused
//	waiting for headers from 192.0.2.1:80: timeout after 2s
//	resolving shop.example.org: no such host
type attempt struct {
	ctx     context.Context // the run's own
	started time.Time       // the run, not the phase
	peer    string
	phase   string
}

func newAttempt(ctx context.Context, peer string) *attempt {
	return &attempt{ctx: ctx, started: time.Now(), peer: peer}
}

// doing names the phase that begins, in words that the peer's name continues,
// and returns when it began.
func (a *attempt) doing(phase string) time.Time {
	a.phase = phase
	return time.Now()
}

// observe reports how long a phase took.
func (a *attempt) observe(name string, since time.Time) {
	checks.Observe(a.ctx, name, time.Since(since).Seconds())
}

// fail says that the present phase ended with err.
func (a *attempt) fail(err error) error {
	where := a.phase + " " + a.peer
	if ended := a.ended(); ended != nil && interrupted(err) {
		if !errors.Is(ended, context.DeadlineExceeded) {
			return &fault{text: where + ": cancelled", cause: ended}
		}
		return &fault{text: fmt.Sprintf("%s: timeout after %s", where, a.limit()), cause: ended}
	}
	text := where + ": " + plain(err)
	if checks.ReasonOf(err) == checks.ReasonInternal {
		text = "local: " + text
	}
	return &fault{text: text, cause: err}
}

// ended is why the run's context has ended, or nil. A dial keeps the deadline by
// itself, and may notice it a moment before the context does.
func (a *attempt) ended() error {
	if deadline, ok := a.ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return a.ctx.Err()
}

// reject fails the present phase because of what the peer did.
func (a *attempt) reject(reason checks.Reason, format string, args ...any) error {
	return checks.Fail(reason, a.fail(fmt.Errorf(format, args...)))
}

// limit is how long the run was allowed to take, rounded so that it is the
// same in every run.
func (a *attempt) limit() time.Duration {
	deadline, ok := a.ctx.Deadline()
	if !ok {
		return time.Since(a.started).Round(time.Millisecond)
	}
	limit := deadline.Sub(a.started)
	switch {
	case limit > time.Second:
		return limit.Round(100 * time.Millisecond)
	case limit > 50*time.Millisecond:
		return limit.Round(10 * time.Millisecond)
	}
	return limit.Round(time.Millisecond)
}

// fault is an error with a text of ours and the cause kept for errors.Is and
// checks.ReasonOf. The texts of package net name our own port, which is another
// one in every run.
type fault struct {
	text  string
	cause error
}

func (f *fault) Error() string { return f.text }
func (f *fault) Unwrap() error { return f.cause }

// interrupted reports whether err is how the end of a context looks: as such,
// or as the deadline or the closing with which it ends reads and writes.
func interrupted(err error) bool {
	return checks.ReasonOf(err) == checks.ReasonTimeout ||
		errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)
}

// plain is the text of err without addresses, names of system calls and times.
func plain(err error) string {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired && e.Cert != nil {
		if time.Now().Before(e.Cert.NotBefore) {
			return fmt.Sprintf("certificate is not yet valid, it begins at %s", e.Cert.NotBefore.UTC().Format(time.RFC3339))
		}
		return fmt.Sprintf("certificate expired at %s", e.Cert.NotAfter.UTC().Format(time.RFC3339))
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.SyscallError](err); ok {
		return e.Err.Error()
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err.Error()
	}
	text := err.Error()
	for _, prefix := range []string{"local: ", "tls handshake: ", "tls: failed to verify certificate: ", "tls: ", "x509: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}
