package probe

import (
	"net"
	"net/http"
	"net/url"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// ByHand implements [checks.Manual]. Headers and the body of the request are left
// out, because they may hold secrets.
func (s HTTP) ByHand() []string {
	argv := []string{"curl", "-v"}
	switch s.Method {
	case "", http.MethodGet:
	case http.MethodHead:
		argv = append(argv, "--head")
	default:
		argv = append(argv, "--request", s.Method)
	}
	if s.FollowRedirects {
		argv = append(argv, "--location")
	}
	if s.UnixSocket != "" {
		argv = append(argv, "--unix-socket", s.UnixSocket)
	}
	if t := s.TLS; t != nil {
		if t.CAFile != "" {
			argv = append(argv, "--cacert", t.CAFile)
		}
		if t.InsecureSkipVerify {
			argv = append(argv, "--insecure")
		}
	}
	if s.BasicAuth != nil { // curl asks for the password.
		argv = append(argv, "--user", s.BasicAuth.Username)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil
	}
	u.User = nil
	return append(argv, u.String())
}

// ByHand implements [checks.Manual].
func (s TCP) ByHand() []string { return wire.EndpointOf(s.Address).ByHand(s.TLS) }

// ByHand implements [checks.Manual].
func (s TLS) ByHand() []string {
	if s.File != "" {
		return []string{"openssl", "x509", "-noout", "-subject", "-enddate", "-in", s.File}
	}
	settings := s.TLS
	if settings == nil {
		settings = &checks.TLS{}
	}
	return wire.EndpointOf(s.Address).ByHand(settings)
}

// Limits implements [checks.Limited].
func (s TLS) Limits() []checks.Limit {
	return (&checks.TLS{WarnDays: s.WarnDays, FailDays: s.FailDays}).Limits()
}

// ByHand implements [checks.Manual].
func (s DNS) ByHand() []string {
	argv := []string{"dig"}
	host, port, err := net.SplitHostPort(s.Server)
	if err != nil {
		host, port = s.Server, ""
	}
	if host != "" {
		argv = append(argv, "@"+host)
	}
	if port != "" {
		argv = append(argv, "-p", port)
	}
	switch {
	case s.TLS != nil:
		argv = append(argv, "+tls")
	case s.Transport == "tcp":
		argv = append(argv, "+tcp")
	}
	if s.NoRecursion {
		argv = append(argv, "+norecurse")
	}
	if s.RecordType == "PTR" && net.ParseIP(s.Name) != nil {
		return append(argv, "-x", s.Name)
	}
	argv = append(argv, s.Name)
	if s.RecordType != "" {
		argv = append(argv, s.RecordType)
	}
	return argv
}

// Limits implements [checks.Limited].
func (s HTTP) Limits() []checks.Limit { return s.TLS.Limits() }

// Limits implements [checks.Limited].
func (s TCP) Limits() []checks.Limit { return s.TLS.Limits() }

// Limits implements [checks.Limited].
func (s DNS) Limits() []checks.Limit { return s.TLS.Limits() }
