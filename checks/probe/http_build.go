package probe

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// compile turns the settings into a check, or returns all their faults.
func (s HTTP) compile() (*httpCheck, error) {
	var f faults
	c := &httpCheck{settings: s, method: cmp.Or(s.Method, http.MethodGet), maxBody: int64(cmp.Or(s.MaxBodySize, defaultMaxBody))}
	c.url = f.target(s.URL)
	if !isToken(c.method) || c.method != strings.ToUpper(c.method) || c.method == http.MethodConnect {
		f.Add("method", "%q, want one such as GET, HEAD or POST", c.method)
	}
	c.setHeaders(s.Headers, &f)
	if s.Decompress && c.header.Get("Accept-Encoding") == "" {
		c.header = c.header.Clone()
		c.header.Set("Accept-Encoding", "gzip")
	}
	c.status = f.statuses(s.Status)
	c.match = f.pattern("body_regexp", s.BodyRegexp)
	c.notMatch = f.pattern("body_not_regexp", s.BodyNotRegexp)
	if s.MaxBodySize < 0 {
		f.Add("max_body_size", "%d, want a positive size", int64(s.MaxBodySize))
	}
	f.Join(s.checkAuth())
	f.Join(checktype.ValidateTLS(s.TLS))
	if s.TLS != nil && c.url != nil && c.url.Scheme == "http" && !s.FollowRedirects {
		f.Add("tls", "given, but the url begins with http://")
	}
	c.proxy = f.proxy(s.ProxyURL)
	c.checkProxy(&f)
	c.checkVersion(&f)
	return c, f.Err()
}

// checkProxy validates the settings that require or exclude a proxy.
func (c *httpCheck) checkProxy(f *faults) {
	s, scheme := c.settings, ""
	if c.proxy != nil {
		scheme = c.proxy.Scheme
	}
	f.Check(s.ProxyURL != "" && s.UnixSocket != "", "proxy_url", "given beside unix_socket, want one of them")
	f.Check(s.ProxyTLS != nil && scheme != "https", "proxy_tls", "given, but proxy_url does not begin with https://")
	f.Join(checktype.ValidateTLSAt("proxy_tls", s.ProxyTLS))
	if c.proxyHeader != "" {
		f.Check(s.ProxyURL == "" || scheme == "socks5", "headers", "Proxy-Authorization is given without an HTTP proxy")
		f.Check(c.proxy != nil && c.proxy.User != nil, "headers", "Proxy-Authorization is given beside a user in proxy_url, want one of them")
	}
}

func (c *httpCheck) checkVersion(f *faults) {
	switch c.settings.HTTPVersion {
	case "", "1.1":
	case "2":
		plain := c.url != nil && c.url.Scheme == "http"
		f.Check(plain && c.proxy != nil && c.proxy.Scheme != "socks5", "http_version", "2 without TLS cannot pass an HTTP proxy")
	default:
		f.Add("http_version", "%q, want 1.1 or 2", c.settings.HTTPVersion)
	}
}

// setHeaders takes the configured headers over, sorted by name, so that faults
// have an order.
func (c *httpCheck) setHeaders(headers map[string]string, f *faults) {
	if len(headers) == 0 {
		c.header = onlyUserAgent
		return
	}
	c.header = onlyUserAgent.Clone()
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		value, canonical := headers[name], http.CanonicalHeaderKey(name)
		switch {
		case !isToken(name):
			f.Add("headers", "%q is not the name of a header", name)
		case seen[canonical]:
			f.Add("headers", "%s is given twice", canonical)
		case slices.Contains(ownHeaders, canonical):
			f.Add("headers", "%s is set by the check itself", canonical)
		case !isHeaderValue(value):
			f.Add("headers", "the value of %s has a control character", canonical) // Do not quote the value: it may be a secret.
		case canonical == "Host" && (value == "" || !isASCII(value) || strings.ContainsAny(value, " \t/@")):
			f.Add("headers", "Host %q, want a host name, with or without a port", value)
		case canonical == "Host":
			c.host = value
		case canonical == "Proxy-Authorization":
			c.proxyHeader = value // It is for the proxy, never for the target.
		default:
			c.header.Set(canonical, value)
		}
		seen[canonical] = true
	}
}

// onlyUserAgent is the header of most checks, shared by them and never changed.
var onlyUserAgent = http.Header{"User-Agent": {userAgent}}

// ownHeaders are set by net/http only. They determine where a message ends; a
// wrong value would make the check hang.
var ownHeaders = []string{"Connection", "Content-Length", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

func (s HTTP) checkAuth() error {
	var f faults
	var given []string
	if a := s.BasicAuth; a != nil {
		given = append(given, "basic_auth")
		if a.Username == "" {
			f.Add("basic_auth.username", "missing")
		}
		if strings.Contains(a.Username, ":") {
			f.Add("basic_auth.username", "has a colon, which HTTP does not allow")
		}
		f.Under("basic_auth", checktype.OneSecret("password", a.Password, a.PasswordFile))
	}
	if s.BearerToken != "" || s.BearerTokenFile != "" {
		given = append(given, "bearer_token")
	}
	f.Join(checktype.OneSecret("bearer_token", s.BearerToken, s.BearerTokenFile))
	if !isHeaderValue(string(s.BearerToken)) {
		f.Add("bearer_token", "has a control character")
	}
	for name := range s.Headers {
		if strings.EqualFold(name, "Authorization") {
			given = append(given, "an Authorization header")
		}
	}
	if len(given) > 1 {
		f.Add(given[0], "given beside %s, want one of them", strings.Join(given[1:], " and "))
	}
	return f.Err()
}

// target parses the URL to request. Faults quote only its scheme and host.
func (f *faults) target(raw string) *url.URL {
	if raw == "" {
		f.Add("url", "missing, want one such as https://shop.example.org/health")
		return nil
	}
	u, err := parseURL(raw)
	if err != nil {
		f.Add("url", "%w", err)
		return nil
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		f.Add("url", "scheme %q, want http or https", u.Scheme)
	}
	if u.User != nil {
		f.Add("url", "has a user, use basic_auth")
	}
	f.Join(checkHost("url", u))
	return u
}

func (f *faults) proxy(raw string) *url.URL {
	if raw == "" {
		return nil
	}
	u, err := parseURL(raw)
	if err != nil {
		f.Add("proxy_url", "is not a URL, want one such as http://user:password@proxy.example.org:3128; "+
			"a character such as @ / : # %% in the password must be percent-encoded")
		return nil
	}
	if u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		f.Add("proxy_url", "scheme %q, want http, https or socks5", u.Scheme)
	}
	f.Join(checkHost("proxy_url", u))
	return u
}

// parseURL is url.Parse with an error that does not quote the URL.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err == nil && strings.Contains(raw, "://") { // The scheme of localhost:8080 is "localhost".
		return u, nil
	}
	return nil, errors.New("is not a URL, want one such as https://shop.example.org/health")
}

func checkHost(key string, u *url.URL) error {
	if u.Hostname() == "" {
		return checktype.Fault{Key: key, Err: errors.New("has no host")}
	}
	if !isASCII(u.Hostname()) {
		return checktype.Fault{Key: key, Err: fmt.Errorf("host %q, want it in ASCII (xn--…)", u.Hostname())}
	}
	if port := u.Port(); port != "" && !isPort(port) {
		return checktype.Fault{Key: key, Err: fmt.Errorf("port %s, want 1 to 65535", port)}
	}
	return nil
}
