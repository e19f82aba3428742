package probe

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func (c *httpCheck) run(ctx context.Context) (string, error) {
	authorization, err := c.authorization(ctx)
	if err != nil {
		return "", err
	}
	h := c.firstHop(authorization)
	for {
		var code int
		var location string
		if code, location, err = c.ask(ctx, h); err != nil {
			return "", err
		}
		if location == "" {
			return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code))), nil
		}
		if h, err = c.nextHop(h, code, location); err != nil {
			return "", err
		}
	}
}

// authorization returns the value of the Authorization header, empty for none.
func (c *httpCheck) authorization(ctx context.Context) (string, error) {
	s := c.settings
	if s.BasicAuth != nil {
		password, err := checks.ReadSecret(ctx, s.BasicAuth.Password, s.BasicAuth.PasswordFile)
		if err != nil {
			return "", err
		}
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(s.BasicAuth.Username+":"+password)), nil
	}
	if s.BearerToken == "" && s.BearerTokenFile == "" {
		return "", nil
	}
	token, err := checks.ReadSecret(ctx, s.BearerToken, s.BearerTokenFile)
	if err != nil {
		return "", err
	}
	if token == "" || !isHeaderValue(token) {
		return "", checks.Fail(checks.ReasonInternal, fmt.Errorf("local: bearer_token_file %s: is empty or has a control character", s.BearerTokenFile))
	}
	return "Bearer " + token, nil
}

// ask makes one request. The location is not empty when the answer is a
// redirect that is to be followed; what else is not wanted is an error.
func (c *httpCheck) ask(ctx context.Context, h hop) (code int, location string, err error) {
	a := newAttempt(ctx, h.peer(c))
	a.started = h.started
	conn, release, err := c.connect(a, h)
	defer release()
	if err != nil {
		return 0, "", err
	}
	x := &exchange{attempt: a, conn: conn, request: h.request()}
	res, err := x.roundTrip(c.proxy != nil && h.url.Scheme == "http") //nolint:bodyclose // See roundTrip.
	if err != nil {
		return 0, "", err
	}
	checks.Observe(ctx, "status_code", float64(res.StatusCode))
	if !c.status.contains(res.StatusCode) {
		location = res.Header.Get("Location")
		if c.settings.FollowRedirects && isRedirect(res.StatusCode) && location != "" {
			return res.StatusCode, location, nil
		}
		return 0, "", c.unwanted(res.StatusCode, "")
	}
	return res.StatusCode, "", c.judge(x, res, h)
}

// unwanted is the failure of an answer with the wrong status.
func (c *httpCheck) unwanted(code int, circumstance string) error {
	reason := checks.ReasonStatus
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		reason = checks.ReasonAuth
	}
	return checks.Fail(reason, fmt.Errorf("status %d%s, want %s", code, circumstance, c.status))
}

// judge reads the body and says whether it is a wanted one.
func (c *httpCheck) judge(x *exchange, res *http.Response, h hop) error {
	body, err := x.readBody(res, c.maxBody, c.match != nil || c.notMatch != nil)
	if err != nil {
		return err
	}
	if c.match != nil && !c.match.Match(body) {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("body has no match of %q, it begins %s", c.match, excerpt(body, c.secrets(h)...)))
	}
	if c.notMatch != nil && c.notMatch.Match(body) {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("body has a match of %q, want none", c.notMatch))
	}
	return nil
}

// secrets are the parts of the request that a peer may echo and that must not
// be shown: all of it but what is harmless.
func (c *httpCheck) secrets(h hop) []string {
	list := []string{h.body, h.url.RawQuery}
	list = append(list, words(h.body)...)
	list = append(list, words(h.url.Path)...)
	for _, values := range h.url.Query() {
		list = append(list, values...)
	}
	for name, values := range h.header {
		if harmless(name) {
			continue
		}
		list = append(list, values...)
		if encoded, ok := strings.CutPrefix(values[0], "Basic "); ok {
			decoded, _ := base64.StdEncoding.DecodeString(encoded)
			_, password, _ := strings.Cut(string(decoded), ":")
			list = append(list, string(decoded), password)
		}
	}
	return list
}

// connect dials the URL's host, or the socket or the proxy that is to be used
// instead, and makes it a TLS connection where the scheme wants one.
func (c *httpCheck) connect(a *attempt, h hop) (conn net.Conn, release func(), err error) {
	switch {
	case c.settings.UnixSocket != "":
		conn, release, err = a.dial("unix", c.settings.UnixSocket)
	case c.proxy != nil:
		conn, release, err = c.dialProxy(a, h)
	default:
		conn, release, err = a.dial("tcp", h.address())
	}
	if err != nil || h.url.Scheme != "https" {
		return conn, release, err
	}
	conn, err = a.secure(conn, h.tls(c.settings.TLS), h.url.Hostname())
	return conn, release, err
}

// dialProxy connects to the proxy and, for https, asks it for a tunnel.
func (c *httpCheck) dialProxy(a *attempt, h hop) (net.Conn, func(), error) {
	target := a.peer
	a.peer = "proxy " + hostPort(c.proxy)
	conn, release, err := a.dial("tcp", hostPort(c.proxy))
	if err != nil || h.url.Scheme != "https" {
		return conn, release, err
	}
	x := &exchange{attempt: a, conn: conn, request: connectRequest(h.address())}
	res, err := x.roundTrip(false) //nolint:bodyclose // See roundTrip.
	if err != nil {
		return nil, release, err
	}
	if res.StatusCode != http.StatusOK {
		reason := checks.ReasonUnreachable
		if res.StatusCode == http.StatusProxyAuthRequired || res.StatusCode == http.StatusForbidden {
			reason = checks.ReasonAuth
		}
		return nil, release, checks.Fail(reason, fmt.Errorf("%s answers CONNECT %s with status %d, want 200", a.peer, target, res.StatusCode))
	}
	a.peer = target
	return conn, release, nil
}

// readBody reads a body of at most limit bytes, which is returned only if it is
// wanted.
func (x *exchange) readBody(res *http.Response, limit int64, wanted bool) ([]byte, error) {
	began := x.doing("reading the body from")
	if res.ContentLength > limit && x.request.Method != http.MethodHead {
		return nil, x.tooLarge(limit)
	}
	var buffer bytes.Buffer
	sink := io.Discard
	if wanted {
		sink = &buffer
	}
	n, err := io.Copy(sink, io.LimitReader(res.Body, limit+1))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, checks.Fail(checks.ReasonProtocol, x.fail(fmt.Errorf("broke off after %d bytes", n)))
	}
	if err != nil {
		return nil, x.misunderstood(err)
	}
	if n > limit {
		return nil, x.tooLarge(limit)
	}
	x.observe("transfer_seconds", began)
	checks.Observe(x.ctx, "body_bytes", float64(n))
	return buffer.Bytes(), nil
}

func (x *exchange) tooLarge(limit int64) error {
	return x.reject(checks.ReasonAssertion, "larger than %s, want at most max_body_size", checks.Size(limit))
}

// misunderstood fails with err; what is no trouble of the network's must be an
// answer that is not HTTP.
func (x *exchange) misunderstood(err error) error {
	failure := x.fail(err)
	if checks.ReasonOf(failure) == checks.ReasonError {
		return checks.Fail(checks.ReasonProtocol, failure)
	}
	return failure
}
