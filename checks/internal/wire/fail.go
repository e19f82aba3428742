package wire

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// A Failure is the error of a phase of a run. Its text is our own, because the
// texts of package net contain the local port, which differs from run to run. Its
// cause is kept for errors.Is and checks.ReasonOf.
type Failure struct {
	text  string
	cause error
}

func (f *Failure) Error() string { return f.text }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.cause }

// TooLarge means that the peer has sent more than the run may read.
type TooLarge struct {
	// Limit is the run's budget.
	Limit checks.Size
}

func (e *TooLarge) Error() string { return fmt.Sprintf("larger than %v", e.Limit) }

// Fail returns the failure of the present phase with err: the phase, the peer,
// and err in plain words. If the run's context has ended, the failure names that
// instead of the exceeded deadline or closed connection in err.
func (r *Run) Fail(err error) error {
	checktype.TraceUnverified(r.ctx, 0, err)
	r.mu.Lock()
	where := strings.TrimSpace(r.phase + " " + r.peer)
	r.mu.Unlock()
	if ended := r.Ended(); ended != nil && Interrupted(err) {
		if !errors.Is(ended, context.DeadlineExceeded) {
			return &Failure{text: where + ": cancelled", cause: ended}
		}
		return &Failure{text: fmt.Sprintf("%s: timeout after %s", where, r.Limit()), cause: ended}
	}
	text := where + ": " + Plain(err)
	if checks.ReasonOf(err) == checks.ReasonInternal {
		text = "local: " + text
	}
	failure := &Failure{text: text, cause: err}
	if tooLarge(err) || errors.Is(err, net.ErrClosed) {
		return checks.Fail(checks.ReasonProtocol, failure)
	}
	return failure
}

func tooLarge(err error) bool {
	_, large := errors.AsType[*TooLarge](err)
	return large
}

// Reject returns a failure of the present phase for a peer that broke the
// protocol or refused the request.
func (r *Run) Reject(reason checks.Reason, format string, a ...any) error {
	return checks.Fail(reason, r.Fail(fmt.Errorf(format, a...)))
}

// Explain is Fail for an error of a client library. It prefers the error of a
// connection to the library's message. An error that is not a network error has
// the reason protocol: the peer speaks another protocol than the library. The
// caller must recognise error replies of the server before it calls Explain.
func (r *Run) Explain(err error) error {
	r.mu.Lock()
	if r.fault != nil {
		err = r.fault
	}
	r.mu.Unlock()
	if failure, ok := errors.AsType[*Failure](err); ok {
		return checks.Fail(checks.ReasonOf(err), failure) // Drop the library's text around it.
	}
	if r.Ended() == nil && !tooLarge(err) && checks.ReasonOf(err) == checks.ReasonError {
		return r.Reject(checks.ReasonProtocol, "reply not understood: %s", Clip(leaf(err).Error()))
	}
	return r.Fail(err)
}

// Interrupted reports whether err may come from the end of a context: it is a
// context error, an exceeded deadline or the use of a closed connection.
func Interrupted(err error) bool {
	return checks.ReasonOf(err) == checks.ReasonTimeout ||
		errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)
}

// Plain returns the text of err without addresses and names of system calls.
func Plain(err error) string {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired && e.Cert != nil {
		if time.Now().Before(e.Cert.NotBefore) {
			return "certificate is not yet valid, it begins at " + e.Cert.NotBefore.UTC().Format(time.RFC3339)
		}
		return "certificate expired at " + e.Cert.NotAfter.UTC().Format(time.RFC3339)
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "connection closed"
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or directory"
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsTimeout {
			return "no reply from the resolver"
		}
		return e.Err
	}
	text := err.Error()
	if e, ok := errors.AsType[*os.SyscallError](err); ok {
		text = e.Err.Error()
	} else if e, ok := errors.AsType[*net.OpError](err); ok {
		text = e.Err.Error()
	}
	for _, prefix := range []string{"local: ", "tls handshake: ", "tls: failed to verify certificate: ", "tls: ", "x509: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}

// leaf returns the innermost error, for libraries that wrap the original error
// with function names and arguments.
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
