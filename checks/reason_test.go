package checks_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestSetOfReasonsIsClosed(t *testing.T) {
	want := "timeout refused unreachable dns tls auth protocol status assertion threshold exit_code panic skipped internal error"
	var got []string
	for _, r := range checks.Reasons() {
		got = append(got, string(r))
	}
	if strings.Join(got, " ") != want {
		t.Errorf("Reasons() = %q, want %s", got, want)
	}
	checks.Reasons()[0] = "changed"
	if checks.Reasons()[0] != checks.ReasonTimeout {
		t.Error("a caller can change the set")
	}
}

func TestFailKeepsTextAndTree(t *testing.T) {
	err := checks.Fail(checks.ReasonStatus, fmt.Errorf("status 503: %w", io.EOF))
	if err.Error() != "status 503: EOF" || !errors.Is(err, io.EOF) {
		t.Errorf("Fail = %q, want the text and the tree of its error", err)
	}
	if err := checks.Fail(checks.ReasonStatus, nil); err != nil {
		t.Errorf("Fail(nil) = %v, want nil", err)
	}
}

func TestFailTakesEveryReasonOfTheSetAndNoOther(t *testing.T) {
	for _, r := range checks.Reasons() {
		if got := checks.ReasonOf(checks.Fail(r, errors.New("x"))); got != r {
			t.Errorf("ReasonOf(Fail(%s)) = %s", r, got)
		}
	}
	for _, r := range []checks.Reason{"", "Timeout", "http_500", "timeout "} {
		if got := checks.ReasonOf(checks.Fail(r, io.EOF)); got != checks.ReasonError {
			t.Errorf("ReasonOf(Fail(%q)) = %s, want error", r, got)
		}
	}
}

func TestReasonOfTheOutermostFailCounts(t *testing.T) {
	inner := checks.Fail(checks.ReasonProtocol, errors.New("x"))
	for want, err := range map[checks.Reason]error{
		checks.ReasonProtocol:  fmt.Errorf("a: %w", fmt.Errorf("b: %w", inner)),
		checks.ReasonAuth:      checks.Fail(checks.ReasonAuth, fmt.Errorf("a: %w", inner)),
		checks.ReasonStatus:    errors.Join(io.EOF, checks.Fail(checks.ReasonStatus, io.EOF), inner),
		checks.ReasonAssertion: checks.Fail(checks.ReasonAssertion, context.DeadlineExceeded),
		"":                     nil,
	} {
		if got := checks.ReasonOf(err); got != want {
			t.Errorf("ReasonOf(%v) = %s, want %s", err, got, want)
		}
	}
}

func TestOurOwnStarvationIsNeverTheTargetsTrouble(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL} {
		dial := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", errno)}
		for _, err := range []error{
			errno, dial, fmt.Errorf("redis: %w", dial), checks.Fail(checks.ReasonProtocol, dial),
			errors.Join(context.DeadlineExceeded, dial), &net.DNSError{Err: "x", UnwrapErr: dial},
		} {
			if got := checks.ReasonOf(err); got != checks.ReasonInternal {
				t.Errorf("ReasonOf(%v) = %s, want internal", err, got)
			}
		}
	}
}

func TestErrorsOfTheStandardLibraryAreRecognised(t *testing.T) {
	op := func(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }
	for _, c := range []struct {
		want checks.Reason
		errs []error
	}{
		{checks.ReasonTimeout, []error{
			context.DeadlineExceeded, os.ErrDeadlineExceeded, op(os.ErrDeadlineExceeded), op(os.NewSyscallError("connect", syscall.ETIMEDOUT)),
			&url.Error{Op: "Get", URL: "u", Err: context.DeadlineExceeded}, &net.DNSError{Err: "i/o timeout", IsTimeout: true},
			errors.Join(io.EOF, context.DeadlineExceeded),
		}},
		{checks.ReasonInternal, []error{context.Canceled, fmt.Errorf("x: %w", context.Canceled)}},
		{checks.ReasonDNS, []error{&net.DNSError{Err: "no such host", IsNotFound: true}, op(&net.DNSError{Err: "server misbehaving"})}},
		{checks.ReasonTLS, []error{
			&tls.CertificateVerificationError{Err: io.EOF}, tls.AlertError(42), tls.RecordHeaderError{Msg: "m"},
			x509.UnknownAuthorityError{}, x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"},
			x509.CertificateInvalidError{}, &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")},
			&net.OpError{Op: "local error", Err: errors.New("tls: unexpected message")},
		}},
		{checks.ReasonRefused, []error{syscall.ECONNREFUSED, op(os.NewSyscallError("connect", syscall.ECONNREFUSED))}},
		{checks.ReasonUnreachable, []error{syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN}},
		{checks.ReasonProtocol, []error{
			io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, op(io.EOF),
		}},
		{checks.ReasonError, []error{errors.New("x"), os.ErrNotExist, errors.Join(errors.New("a"), errors.New("b"))}},
	} {
		for _, err := range c.errs {
			for _, err := range []error{err, fmt.Errorf("redis: %w", err)} {
				if got := checks.ReasonOf(err); got != c.want {
					t.Errorf("ReasonOf(%T %v) = %s, want %s", err, err, got, c.want)
				}
			}
		}
	}
}

func TestErrorThatWrapsItselfHasAReasonToo(t *testing.T) {
	for _, err := range []error{ownParent{}, ownMember{}, twins{}, generation(0), fmt.Errorf("x: %w", ownParent{})} {
		done := make(chan checks.Reason, 1)
		go func() { done <- checks.ReasonOf(err) }()
		select {
		case got := <-done:
			if got != checks.ReasonError {
				t.Errorf("ReasonOf(%v) = %s, want error", err, got)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("ReasonOf(%v) does not return", err)
		}
	}
	if got := checks.ReasonOf(childless{}); got != checks.ReasonError {
		t.Errorf("ReasonOf of an error without members = %s, want error", got)
	}
}

// talk says hello to address and reads until the end, for 300 ms.
func talk(t *testing.T, address string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	if _, err := io.WriteString(conn, "hello\n"); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 4<<20))
	return err
}

func TestRealPeersGiveTheirReasons(t *testing.T) {
	faulttest.Resolver(t)
	for _, c := range []struct {
		name, address string
		want          checks.Reason
	}{
		{"refused", faulttest.Refused(t), checks.ReasonRefused},
		{"silent", faulttest.Silent(t), checks.ReasonTimeout},
		{"drip", faulttest.Drip(t, ""), checks.ReasonTimeout},
		{"closed", faulttest.Closed(t), checks.ReasonProtocol},
		{"reset", faulttest.Reset(t), checks.ReasonProtocol},
		{"reset in the middle", faulttest.ResetInTheMiddle(t, "+"), checks.ReasonProtocol},
		{"garbage", faulttest.Garbage(t), checks.ReasonProtocol},
		{"nxdomain", faulttest.HostNXDomain + ":9", checks.ReasonDNS},
		{"servfail", faulttest.HostServFail + ":9", checks.ReasonDNS},
		{"resolver silent", faulttest.HostUnresolving + ":9", checks.ReasonTimeout},
	} {
		if err := talk(t, c.address); checks.ReasonOf(err) != c.want {
			t.Errorf("%s: ReasonOf(%v) = %s, want %s", c.name, err, checks.ReasonOf(err), c.want)
		}
	}
}

func TestMissingUnixSocketIsOnlyAnError(t *testing.T) {
	_, err := net.Dial("unix", t.TempDir()+"/none")
	if got := checks.ReasonOf(err); !slices.Contains(checks.Reasons(), got) {
		t.Errorf("ReasonOf(%v) = %s, which is no reason", err, got)
	}
}
