package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
)

// A Reason says in one word why a check has not passed. The set is closed: a
// reason is a label of metrics, and nothing that a target sends may become a
// label.
type Reason string

// The reasons.
const (
	ReasonTimeout     Reason = "timeout"     // a phase did not end in time
	ReasonRefused     Reason = "refused"     // nothing listens at the address
	ReasonUnreachable Reason = "unreachable" // no route to the host or network
	ReasonDNS         Reason = "dns"         // the name has no address, or its name server failed
	ReasonTLS         Reason = "tls"         // handshake or certificate
	ReasonAuth        Reason = "auth"        // credentials rejected or access denied
	ReasonProtocol    Reason = "protocol"    // the peer closed the connection, or speaks another protocol
	ReasonStatus      Reason = "status"      // a well-formed reply with the wrong status
	ReasonAssertion   Reason = "assertion"   // a reply with the right status and the wrong content
	ReasonThreshold   Reason = "threshold"   // a measured value beyond its limit
	ReasonExitCode    Reason = "exit_code"   // a program ended with the wrong status
	ReasonPanic       Reason = "panic"       // the check's own code panicked
	ReasonSkipped     Reason = "skipped"     // not run, because a dependency has not passed
	ReasonInternal    Reason = "internal"    // a fault of this process or host, not of the target
	ReasonError       Reason = "error"       // any other
)

// Reasons returns the closed set, in the order of the documentation.
func Reasons() []Reason {
	return []Reason{
		ReasonTimeout, ReasonRefused, ReasonUnreachable, ReasonDNS, ReasonTLS, ReasonAuth, ReasonProtocol,
		ReasonStatus, ReasonAssertion, ReasonThreshold, ReasonExitCode, ReasonPanic, ReasonSkipped,
		ReasonInternal, ReasonError,
	}
}

// failure is an error with the reason that Fail was given.
type failure struct {
	reason Reason
	err    error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Fail gives err a reason of the closed set; its text stays as it is. A reason
// outside the set becomes [ReasonError]. Fail of a nil error is nil.
func Fail(r Reason, err error) error {
	if err == nil {
		return nil
	}
	if !slices.Contains(Reasons(), r) {
		r = ReasonError
	}
	return &failure{reason: r, err: err}
}

// ReasonOf returns the reason of err: the one that [Fail] was given (the
// outermost, if there are several), else the one that an error in its tree has,
// else [ReasonError]. Starvation of this process (no descriptors, no memory, no
// ports) comes first, so that it is never reported as the target's fault. The
// reason of nil is empty. The reason of an error that wraps itself is
// [ReasonError].
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if endless(err) {
		return ReasonError
	}
	if starved(err) {
		return ReasonInternal
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.reason
	}
	for _, c := range classes {
		if c.matches(err) {
			return c.reason
		}
	}
	return ReasonError
}

// classes recognise errors of the standard library; the first match counts.
var classes = []struct {
	reason  Reason
	matches func(error) bool
}{
	{ReasonTimeout, timedOut},
	{ReasonInternal, isAny(context.Canceled)},
	{ReasonDNS, isA[*net.DNSError]},
	{ReasonTLS, tlsFault},
	{ReasonRefused, isAny(syscall.ECONNREFUSED)},
	{ReasonUnreachable, isAny(syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN)},
	{ReasonProtocol, isAny(io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE)},
}

func isAny(targets ...error) func(error) bool {
	return func(err error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// starved reports whether err means that this process lacks descriptors, memory or
// ports.
func starved(err error) bool {
	return isAny(syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL)(err)
}

func timedOut(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func tlsFault(err error) bool {
	return tlsAlert(err) || isA[*tls.CertificateVerificationError](err) || isA[tls.AlertError](err) || isA[tls.RecordHeaderError](err) ||
		isA[x509.UnknownAuthorityError](err) || isA[x509.HostnameError](err) || isA[x509.CertificateInvalidError](err)
}

// tlsAlert reports whether either side ended a TLS connection with an alert. The
// alert's type is not exported: crypto/tls wraps it in an OpError of this Op, also
// after the handshake, such as when a client's certificate is missing.
func tlsAlert(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && (e.Op == "remote error" || e.Op == "local error")
}
