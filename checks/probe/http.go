package probe

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// HTTP passes when the reply to one HTTP request has a wanted status and a body
// that matches.
//
//	name: shop
//	http: {url: "https://shop.example.org/health", status: ["200-299", 304], body_regexp: '"status": *"up"'}
//
// Each run has a connection of its own, without keep-alive. A 3xx fails unless
// status names it or follow_redirects is set. An unwanted status 401, 403 or 407
// fails with the reason auth, any other with the reason status. The failure
// shows how the body begins, or where a redirect leads. A proxy is used only if
// proxy_url names one, never because of the environment.
//
// A body that no other setting looks at can be large or endless: then the status
// decides.
//
// Observed, of the last request: dns_seconds (only for a host name),
// connect_seconds, tls_seconds, first_byte_seconds (from the end of the
// request), transfer_seconds and body_bytes (of a body that was read to its
// end), status_code, tls_not_after_timestamp_seconds.
type HTTP struct {
	// URL to request, http or https, without user and password (see BasicAuth).
	// No output or error shows it, because its path or query may hold a token.
	// The configuration does: write a token as ${file:PATH}.
	URL string `yaml:"url"`
	// Method of the request. Empty means GET.
	Method string `yaml:"method"`
	// Headers of the request. Host overrides the URL's host in the request, not
	// the address nor the name in the certificate (see tls.server_name).
	// User-Agent is healthcheck_exporter unless given. Proxy-Authorization goes to
	// the proxy and never to the target.
	Headers map[string]string `yaml:"headers"`
	// Body of the request. Empty sends no body.
	Body string `yaml:"body"`
	// Status lists the wanted codes (304) and ranges (200-299). Empty means 200-299.
	Status []string `yaml:"status"`
	// BodyRegexp must match the body (Go syntax; begin with (?s) to let . match
	// line breaks). Empty means any body.
	BodyRegexp string `yaml:"body_regexp"`
	// BodyNotRegexp must not match the body. Empty means any body.
	BodyNotRegexp string `yaml:"body_not_regexp"`
	// MaxBodySize is the size of the largest body that passes, and how much of it
	// is read. Zero means 64KiB for the two regular expressions, and that a
	// larger body passes without them. The headers may have 64KiB in any case.
	MaxBodySize checks.Size `yaml:"max_body_size"`
	// Decompress asks for gzip and matches the decompressed body, whose size
	// counts. Without it the body is matched as it is sent.
	Decompress bool `yaml:"decompress"`
	// HTTPVersion is 1.1 or 2. Empty means HTTP/2 if an https server offers it,
	// else HTTP/1.1. 2 with an http URL means HTTP/2 without TLS (h2c).
	HTTPVersion string `yaml:"http_version"`

	// BasicAuth sends a user name and password. Nil sends none.
	BasicAuth *BasicAuth `yaml:"basic_auth"`
	// BearerToken is sent as "Authorization: Bearer …". Empty sends no token.
	BearerToken checks.Secret `yaml:"bearer_token"`
	// BearerTokenFile holds the token instead and is read at every run.
	BearerTokenFile checks.SecretFile `yaml:"bearer_token_file"`
	// TLS settings of an https URL. Nil means the defaults.
	TLS *checks.TLS `yaml:"tls"`

	// FollowRedirects follows up to 10 redirects whose status is not itself
	// wanted, and keeps the cookies that they set for the run. After a redirect to
	// another scheme, host or port, no more credentials of the configuration are
	// sent: no authorization, no client certificate, no header except Accept… and
	// User-Agent. Such a redirect fails if it asks for the request's body again.
	FollowRedirects bool `yaml:"follow_redirects"`
	// UnixSocket is the path of a socket to connect to instead of the URL's host.
	// Empty means a TCP connection.
	UnixSocket string `yaml:"unix_socket"`
	// ProxyURL is a proxy: http://host:port, https:// or socks5://, with user and
	// password if it wants them. Empty means no proxy.
	ProxyURL string `yaml:"proxy_url"`
	// ProxyTLS are the TLS settings of an https proxy. Nil means the defaults;
	// the target's settings are never used for it.
	ProxyTLS *checks.TLS `yaml:"proxy_tls"`
}

// BasicAuth is a user name and a password, as HTTP sends them.
type BasicAuth struct {
	// Username must be given.
	Username string `yaml:"username"`
	// Password may be empty.
	Password checks.Secret `yaml:"password"`
	// PasswordFile holds the password instead and is read at every run.
	PasswordFile checks.SecretFile `yaml:"password_file"`
}

const (
	defaultMaxBody = 64 << 10
	maxHead        = 64 << 10 // bytes of status line and headers
	maxRedirects   = 10
	userAgent      = "healthcheck_exporter"
)

// httpCheck holds the prepared settings. Runs do not change it.
type httpCheck struct {
	settings HTTP
	method   string
	url      *url.URL
	proxy    *url.URL // nil: none
	header   http.Header
	// proxyHeader is the configured Proxy-Authorization, empty for none.
	proxyHeader string
	host        string // of the request's Host header; empty: the URL's
	status      statusSet
	match       *regexp.Regexp // nil: any
	notMatch    *regexp.Regexp // nil: any
	maxBody     int64
}

// Type returns "http".
func (HTTP) Type() string { return "http" }

// Build validates the settings and returns all faults at once.
func (s HTTP) Build() (checks.Func, error) {
	c, err := s.compile()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (string, error) { return c.run(ctx) }, nil
}
