package probe

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A hop is one of the requests of a run: the first, or one that a redirect
// leads to.
type hop struct {
	url    *url.URL
	method string
	body   string
	header http.Header
	host   string // of the Host header; empty: the URL's
	// abroad is set once a redirect has left the scheme, host and port of the
	// configured URL, and stays set: whoever was asked there also chose where
	// to go on.
	abroad bool
	count  int // of redirects so far
}

func (c *httpCheck) firstHop(authorization string) hop {
	h := hop{url: c.url, method: c.method, body: c.settings.Body, header: c.header, host: c.host}
	if authorization != "" {
		h.header = c.header.Clone()
		h.header.Set("Authorization", authorization)
	}
	return h
}

// nextHop is where the redirect leads, with the method as browsers and package
// net/http choose it (RFC 9110, section 15.4).
func (c *httpCheck) nextHop(h hop, code int, location string) (hop, error) {
	if h.count == maxRedirects {
		return hop{}, c.unwanted(code, fmt.Sprintf(" after %d redirects", h.count))
	}
	to, err := h.url.Parse(location)
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || checkHost("", to) != nil {
		return hop{}, checks.Fail(checks.ReasonProtocol, fmt.Errorf("status %d with a Location that is no http or https URL", code))
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

// goAbroad takes from h all that is meant for the configured host only.
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

// peer is the name of whom we talk to, for failures.
func (h hop) peer(c *httpCheck) string {
	if c.settings.UnixSocket != "" {
		return c.settings.UnixSocket
	}
	return h.address()
}

// tls are the settings for this hop: abroad neither our certificate nor the
// name that the configured host has in its own.
func (h hop) tls(t *checks.TLS) *checks.TLS {
	if t == nil || !h.abroad {
		return t
	}
	return &checks.TLS{CAFile: t.CAFile, MinVersion: t.MinVersion, InsecureSkipVerify: t.InsecureSkipVerify}
}

func (h hop) request() *http.Request {
	r := &http.Request{Method: h.method, URL: h.url, Host: h.host, Header: h.header, Close: true}
	if h.body != "" {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(h.body)), int64(len(h.body))
	}
	return r
}
