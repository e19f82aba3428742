package probe

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func (c *httpCheck) run(ctx context.Context) (string, error) {
	authorization, err := c.authorization(ctx)
	if err != nil {
		return "", err
	}
	h := c.firstHop(authorization)
	r := wire.Start(ctx, h.peer(c))
	defer r.Close()
	r.SetBudget(math.MaxInt64) // The head and the body have limits of their own.
	for {
		var code int
		var location string
		if code, location, err = c.ask(r, h); err != nil {
			return "", err
		}
		if location == "" {
			return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code))), r.Warning()
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
		password, err := checktype.ReadSecret(ctx, s.BasicAuth.Password, s.BasicAuth.PasswordFile)
		if err != nil {
			return "", err
		}
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(s.BasicAuth.Username+":"+password)), nil
	}
	if s.BearerToken == "" && s.BearerTokenFile == "" {
		return "", nil
	}
	token, err := checktype.ReadSecret(ctx, s.BearerToken, s.BearerTokenFile)
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
func (c *httpCheck) ask(r *wire.Run, h hop) (code int, location string, err error) {
	r.SetPeer(h.peer(c))
	conn, err := c.connect(r, h)
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	x := &exchange{Run: r, conn: conn, request: h.request()}
	res, err := x.roundTrip(c.proxy != nil && h.url.Scheme == "http") //nolint:bodyclose // See roundTrip.
	if err != nil {
		return 0, "", err
	}
	checks.Observe(r.Context(), "status_code", float64(res.StatusCode))
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
func (c *httpCheck) connect(r *wire.Run, h hop) (conn net.Conn, err error) {
	switch {
	case c.settings.UnixSocket != "":
		conn, err = r.Dial("unix", c.settings.UnixSocket)
	case c.proxy != nil:
		conn, err = c.dialProxy(r, h)
	default:
		conn, err = r.Dial("tcp", h.address())
	}
	if err != nil || h.url.Scheme != "https" {
		return conn, err
	}
	return r.Secure(conn, h.tls(c.settings.TLS), h.url.Hostname(), nil)
}

// dialProxy connects to the proxy and, for https, asks it for a tunnel.
func (c *httpCheck) dialProxy(r *wire.Run, h hop) (net.Conn, error) {
	target := r.Peer()
	r.SetPeer("proxy " + hostPort(c.proxy))
	conn, err := r.Dial("tcp", hostPort(c.proxy))
	if err != nil || h.url.Scheme != "https" {
		return conn, err
	}
	x := &exchange{Run: r, conn: conn, request: connectRequest(h.address())}
	res, err := x.roundTrip(false) //nolint:bodyclose // See roundTrip.
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		reason := checks.ReasonUnreachable
		if res.StatusCode == http.StatusProxyAuthRequired || res.StatusCode == http.StatusForbidden {
			reason = checks.ReasonAuth
		}
		return nil, checks.Fail(reason, fmt.Errorf("%s answers CONNECT %s with status %d, want 200", r.Peer(), target, res.StatusCode))
	}
	r.SetPeer(target)
	return conn, nil
}

// readBody reads a body of at most limit bytes, which is returned only if it is
// wanted.
func (x *exchange) readBody(res *http.Response, limit int64, wanted bool) ([]byte, error) {
	began := x.Phase("reading the body from")
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
		return nil, checks.Fail(checks.ReasonProtocol, x.Fail(fmt.Errorf("broke off after %d bytes", n)))
	}
	if err != nil {
		return nil, x.misunderstood(err)
	}
	if n > limit {
		return nil, x.tooLarge(limit)
	}
	x.Observe("transfer_seconds", began)
	checks.Observe(x.Context(), "body_bytes", float64(n))
	return buffer.Bytes(), nil
}

func (x *exchange) tooLarge(limit int64) error {
	return x.Reject(checks.ReasonAssertion, "larger than %s, want at most max_body_size", checks.Size(limit))
}

// misunderstood fails with err; what is no trouble of the network's must be an
// answer that is not HTTP.
func (x *exchange) misunderstood(err error) error {
	failure := x.Fail(err)
	if checks.ReasonOf(failure) == checks.ReasonError {
		return checks.Fail(checks.ReasonProtocol, failure)
	}
	return failure
}
