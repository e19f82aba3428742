//go:build linux

package faulttest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// toyHTTP is a check type of net/http, whose client starts goroutines and keeps
// connections unless its settings forbid it.
type toyHTTP struct {
	URL  string
	TLS  *checks.TLS
	keep bool
}

func (toyHTTP) Type() string { return "http" }

func (s toyHTTP) Build() (checks.Func, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (string, error) {
		// A transport's own dials go on after the request has ended, and an
		// error at the end of its context names no phase. So the toy dials.
		conn, err := s.dial(ctx, u)
		if err != nil {
			return "", err
		}
		transport := &http.Transport{MaxResponseHeaderBytes: 16 << 10, DisableKeepAlives: !s.keep}
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
		transport.DialTLSContext = transport.DialContext
		if !s.keep {
			defer conn.Close()
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, http.NoBody)
		if err != nil {
			return "", err
		}
		checks.TraceOf(ctx).Phase("asking", u.Host)
		request.SetBasicAuth("user", canary)
		response, err := transport.RoundTrip(request)
		if err != nil {
			return "", requestError(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return "", checks.Fail(checks.ReasonStatus, fmt.Errorf("status %d, want 200", response.StatusCode))
		}
		return readBody(response.Body)
	}, checktype.ValidateTLS(s.TLS)
}

func (s toyHTTP) dial(ctx context.Context, u *url.URL) (net.Conn, error) {
	conn, err := connect(ctx, u.Host)
	if err != nil || u.Scheme != "https" {
		return conn, err
	}
	client, err := checktype.Handshake(ctx, conn, s.TLS, u.Hostname())
	if err != nil {
		return nil, err
	}
	return client, nil
}

// requestError gives what net/http found wrong in an answer, which has no type,
// the reason protocol.
func requestError(err error) error {
	named := fmt.Errorf("request: %w", err)
	if checks.ReasonOf(err) == checks.ReasonError {
		return checks.Fail(checks.ReasonProtocol, named)
	}
	return named
}

func readBody(body io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(body, 60<<10+1))
	if err != nil {
		return "", fmt.Errorf("body: %w", err)
	}
	if len(data) > 60<<10 {
		return "", checks.Fail(checks.ReasonProtocol, errors.New("body is larger than 60 KiB"))
	}
	return fmt.Sprintf("status 200, %d bytes", len(data)), nil
}

func subjectHTTP(keep bool) faulttest.Subject {
	return faulttest.Subject{
		Type: "toy_http",
		Spec: func(address string) checks.Spec { return toyHTTP{URL: "http://" + address + "/", keep: keep} },
		TLS: func(address string, settings checks.TLS) checks.Spec {
			return toyHTTP{URL: "https://" + address + "/", TLS: &settings, keep: keep}
		},
		Secret:   canary,
		Good:     faulttest.HTTP(http.StatusOK, "fine"),
		Preamble: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n",
		HTTP:     true,
	}
}

func TestCorrectHTTPCheckPassesTheTable(t *testing.T) { faulttest.Run(t, subjectHTTP(false)) }

func TestKeptConnectionOfHTTPIsFound(t *testing.T) {
	found := problems(t, subjectHTTP(true), "good")
	wantProblem(t, found, "good", "net/http.(*persistConn).readLoop")
	wantProblem(t, found, "good", "connections to the peer open")
}

func TestSubjectThatMakesNoSenseIsRefused(t *testing.T) {
	for want, s := range map[string]faulttest.Subject{
		"a subject has a Type and a Spec": {Type: "toy"},
		`there is no fault "gremlins"`:    {Type: "toy", Spec: subject().Spec, Except: map[string]faulttest.Want{"gremlins": {}}},
		`there is no fault "imps"`:        {Type: "toy", Spec: subject().Spec, Only: []string{"imps"}},
	} {
		if got := fatal(t, func(tb testing.TB) { faulttest.Verify(tb, s) }); !contains(got, want) {
			t.Errorf("Verify ends with %q, want %q in it", got, want)
		}
	}
}
