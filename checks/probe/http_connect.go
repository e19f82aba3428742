package probe

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/proxy"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// connect dials the URL's host, or the socket or the proxy that is configured
// instead, and starts TLS if the scheme wants it.
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
	secured, err := r.Secure(conn, h.tls(c.settings.TLS), h.url.Hostname(), func(config *tls.Config) {
		config.NextProtos = c.offers()
	})
	if err != nil {
		return nil, err // A nil *tls.Conn in a net.Conn is not nil.
	}
	if c.settings.HTTPVersion == "2" && secured.ConnectionState().NegotiatedProtocol != "h2" {
		return nil, r.Reject(checks.ReasonProtocol, "HTTP/2 is not offered")
	}
	return secured, nil
}

// offers returns the protocols to offer in the TLS handshake (ALPN).
func (c *httpCheck) offers() []string {
	switch c.settings.HTTPVersion {
	case "1.1":
		return []string{"http/1.1"}
	case "2":
		return []string{"h2"}
	}
	return []string{"h2", "http/1.1"}
}

// forwards reports whether the request itself is sent to a proxy. For https the
// proxy only opens a tunnel, and a SOCKS proxy forwards bytes without
// interpreting them.
func (c *httpCheck) forwards(h hop) bool {
	return c.proxy != nil && c.proxy.Scheme != "socks5" && h.url.Scheme == "http"
}

// dialProxy connects to the proxy and, where the proxy does not get the request
// itself, asks it for a connection to the hop's host.
func (c *httpCheck) dialProxy(r *wire.Run, h hop) (net.Conn, error) {
	target := r.Peer()
	r.SetPeer("proxy " + hostPort(c.proxy))
	conn, err := r.Dial("tcp", hostPort(c.proxy))
	if err == nil && c.proxy.Scheme == "https" {
		var secured *tls.Conn
		if secured, err = r.Secure(conn, c.settings.ProxyTLS, c.proxy.Hostname(), nil); err == nil {
			conn = secured
		}
	}
	switch {
	case err != nil:
		return nil, err
	case c.forwards(h):
		return conn, nil
	case c.proxy.Scheme == "socks5":
		conn, err = c.socks(r, conn, h.address())
	default:
		err = c.tunnel(r, conn, h.address(), target)
	}
	if err != nil {
		return nil, err
	}
	r.SetPeer(target)
	return conn, nil
}

// tunnel asks an HTTP proxy for a connection (RFC 9110, section 9.3.6).
func (c *httpCheck) tunnel(r *wire.Run, conn net.Conn, address, target string) error {
	request := &http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address,
		Header: http.Header{"User-Agent": {userAgent}},
	}
	if authorization := c.proxyAuthorization(); authorization != "" {
		request.Header.Set("Proxy-Authorization", authorization)
	}
	g := newGate(conn)
	_ = request.Write(g) // A gate reports the error of a write when reading fails.
	began := r.Phase("waiting for headers from")
	res, err := http.ReadResponse(bufio.NewReader(io.LimitReader(g, maxHead)), request) //nolint:bodyclose // The tunnel follows.
	if err != nil {
		return g.headless(r, append(c.proxySecrets(), request.Header.Get("Proxy-Authorization")))
	}
	r.Observe("first_byte_seconds", began)
	if res.StatusCode == http.StatusOK {
		return nil
	}
	reason := checks.ReasonUnreachable
	if res.StatusCode == http.StatusProxyAuthRequired || res.StatusCode == http.StatusForbidden {
		reason = checks.ReasonAuth
	}
	return checks.Fail(reason, fmt.Errorf("%s answers CONNECT %s with status %d, want 200", r.Peer(), target, res.StatusCode))
}

// proxyAuthorization returns the Proxy-Authorization for an HTTP proxy: the
// configured header, or the user and password of the proxy's URL.
func (c *httpCheck) proxyAuthorization() string {
	if user := c.proxy.User; user != nil {
		password, _ := user.Password()
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
	}
	return c.proxyHeader
}

// proxySecrets returns the secrets that a proxy may echo and that must not be
// shown.
func (c *httpCheck) proxySecrets() []string {
	if c.proxy == nil {
		return nil
	}
	secrets := words(c.proxyHeader)
	if password, given := c.proxy.User.Password(); given {
		secrets = append(secrets, password)
	}
	return secrets
}

// given is a dialer that returns an existing connection.
type given struct{ net.Conn }

func (g given) Dial(string, string) (net.Conn, error) { return g.Conn, nil }

// socks asks a SOCKS proxy for a connection (RFC 1928); the proxy resolves names.
func (c *httpCheck) socks(r *wire.Run, conn net.Conn, address string) (net.Conn, error) {
	r.Phase("asking for a connection at")
	var auth *proxy.Auth
	if user := c.proxy.User; user != nil {
		password, _ := user.Password()
		auth = &proxy.Auth{User: user.Username(), Password: password}
	}
	dialer, err := proxy.SOCKS5("tcp", hostPort(c.proxy), auth, given{conn})
	if err != nil {
		return nil, r.Fail(err)
	}
	through, err := dialer.Dial("tcp", address)
	if err == nil {
		return through, nil
	}
	var refusal *net.OpError
	if r.Ended() != nil || !errors.As(err, &refusal) || checks.ReasonOf(refusal.Err) != checks.ReasonError {
		return nil, r.Explain(err)
	}
	// The proxy has refused; the text comes from x/net.
	text := strings.TrimPrefix(refusal.Err.Error(), "unknown error ")
	if strings.Contains(text, "authentication") {
		return nil, r.Reject(checks.ReasonAuth, "%s", text)
	}
	return nil, r.Reject(checks.ReasonUnreachable, "%s", text)
}
