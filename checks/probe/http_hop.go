package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A hop is one request of a run: the first, or one that a redirect leads to.
type hop struct {
	url    *url.URL
	method string
	body   string
	header http.Header
	host   string // of the Host header; empty: the URL's
	// abroad is set once a redirect has left the scheme, host and port of the
	// configured URL. It stays set, because the foreign host chooses all later
	// redirects.
	abroad bool
	count  int            // of redirects so far
	jar    http.CookieJar // of the run; nil: redirects are not followed
}

func (c *httpCheck) firstHop(authorization string) hop {
	h := hop{url: c.url, method: c.method, body: c.settings.Body, header: c.header, host: c.host}
	if c.settings.FollowRedirects {
		h.jar, _ = cookiejar.New(nil) // It never fails.
	}
	if authorization != "" {
		h.header = c.header.Clone()
		h.header.Set("Authorization", authorization)
	}
	return h
}

// nextHop follows the redirect. It chooses the method as browsers and package
// net/http do (RFC 9110, section 15.4).
func (c *httpCheck) nextHop(h hop, code int, location string) (hop, error) {
	if h.count == maxRedirects {
		return hop{}, c.unwanted(code, fmt.Sprintf(" after %d redirects", h.count), "")
	}
	to, err := h.resolve(location)
	if err != nil {
		return hop{}, checks.Fail(checks.ReasonProtocol, fmt.Errorf("status %d with a Location that is not an http or https URL", code))
	}
	to.User, to.Fragment = nil, ""
	next := h
	next.url, next.count = to, h.count+1
	if code != http.StatusTemporaryRedirect && code != http.StatusPermanentRedirect {
		next.body = ""
		if next.method != http.MethodHead {
			next.method = http.MethodGet
		}
	}
	if next.abroad || origin(to) != origin(c.url) {
		return next.goAbroad(code)
	}
	return next, nil
}

// resolve returns the URL of a Location header. An internationalized host is
// converted to ASCII for DNS.
func (h hop) resolve(location string) (*url.URL, error) {
	to, err := h.url.Parse(location)
	if err != nil {
		return nil, err
	}
	if host := to.Hostname(); !isASCII(host) {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return nil, err
		}
		if port := to.Port(); port != "" {
			host = net.JoinHostPort(host, port)
		}
		to.Host = host
	}
	if to.Scheme != "http" && to.Scheme != "https" {
		return nil, fmt.Errorf("scheme %q", to.Scheme)
	}
	return to, checkHost("", to)
}

// leadsTo names the host and path of a Location, as a part of a sentence. Its
// query is not shown: it may hold a token.
func (h hop) leadsTo(location string, x *exchange) string {
	to, err := h.resolve(location)
	if err != nil {
		return ""
	}
	return " to " + x.Clip(wire.Mask(to.Host+to.EscapedPath(), longestFirst(x.secrets)...))
}

// remember keeps the cookies of a reply for the hops that follow.
func (h hop) remember(res *http.Response) { h.jar.SetCookies(h.url, res.Cookies()) }

// cookies returns the cookies that earlier hops have set for this hop.
func (h hop) cookies() []*http.Cookie {
	if h.jar == nil {
		return nil
	}
	return h.jar.Cookies(h.url)
}

// goAbroad removes everything that is intended only for the configured host.
func (h hop) goAbroad(code int) (hop, error) {
	if h.body != "" {
		return hop{}, checks.Fail(checks.ReasonStatus, fmt.Errorf("status %d to another host, where the request's body is not sent", code))
	}
	h.abroad, h.host = true, ""
	header := http.Header{}
	for name, values := range h.header {
		if harmless(name) {
			header[name] = values
		}
	}
	h.header = header
	return h, nil
}

// harmless reports whether a header of that canonical name never carries a
// credential.
func harmless(name string) bool {
	switch name {
	case "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "User-Agent":
		return true
	}
	return false
}

func isRedirect(code int) bool {
	switch code {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// origin is scheme, host and port (RFC 6454, section 4).
func origin(u *url.URL) string { return u.Scheme + "://" + strings.ToLower(hostPort(u)) }

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func (h hop) address() string { return hostPort(h.url) }

// peer names the peer in failures.
func (h hop) peer(c *httpCheck) string {
	if c.settings.UnixSocket != "" {
		return c.settings.UnixSocket
	}
	return h.address()
}

// tls returns the TLS settings for this hop. Abroad they have neither the client
// certificate nor the server name of the configured host.
func (h hop) tls(t *checks.TLS) *checks.TLS {
	if t == nil || !h.abroad {
		return t
	}
	other := *t
	other.CertFile, other.KeyFile, other.ServerName = "", "", ""
	return &other
}

func (h hop) request(ctx context.Context) *http.Request {
	r := (&http.Request{Method: h.method, URL: h.url, Host: h.host, Header: h.header.Clone(), Close: true}).WithContext(ctx)
	if h.body != "" {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(h.body)), int64(len(h.body))
	}
	for _, cookie := range h.cookies() {
		r.AddCookie(cookie)
	}
	return r
}
