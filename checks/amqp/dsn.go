package amqp

import (
	"net"
	"strconv"
	"strings"

	amqp091 "github.com/rabbitmq/amqp091-go"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// fromDSN returns the destination that a DSN and the fields beside it name. No
// fault quotes the DSN: what is out of place may be the password.
func (c Check) fromDSN(dsn string, f *checktype.Faults) destination {
	const want = "want amqp://user:password@host:5672/vhost; a character such as @ / : # %% in the password must be percent-encoded" //nolint:gosec // Words, not a credential.
	uri, err := amqp091.ParseURI(dsn)
	authority, ok := authorityOf(dsn)
	if err != nil || !ok {
		f.Add("dsn", want)
		return destination{}
	}
	host := strings.Trim(uri.Host, "[]")
	to := destination{
		at:   wire.Endpoint{Network: "tcp", Address: net.JoinHostPort(host, strconv.Itoa(uri.Port)), Host: host},
		user: uri.Username, password: uri.Password, vhost: uri.Vhost, tls: c.TLS,
	}
	f.Check(c.login().HasPassword() && hasPassword(authority), "password", "given, and the dsn has one, want one of them")
	files := checks.TLS{CAFile: uri.CACertFile, CertFile: uri.CertFile, KeyFile: uri.KeyFile, ServerName: uri.ServerName}
	switch {
	case c.TLS != nil:
		f.Check(files != (checks.TLS{}), "tls", "given, and the dsn has TLS parameters, want one of them")
	case uri.Scheme == "amqps":
		f.Check((files.CertFile == "") != (files.KeyFile == ""), "dsn", "has one of certfile and keyfile, want both or neither")
		to.tls = &files
	}
	return to
}

// authorityOf returns user:password@host:port of a URI. It is not ok if there is no
// host, or if the URI has a character that must be percent-encoded: what follows
// an @ in a password would be taken for a host, and shown.
func authorityOf(dsn string) (authority string, ok bool) {
	_, rest, _ := strings.Cut(dsn, "://")
	authority, path, _ := strings.Cut(rest, "/")
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	ok = host != "" && host[0] != ':' && strings.Count(authority, "@") <= 1 && !strings.Contains(path, "@") && !strings.ContainsAny(rest, "# \t\r\n")
	return authority, ok
}

// hasPassword reports whether a password stands in the authority of a URI.
// ParseURI gives guest's to a URI that has none.
func hasPassword(authority string) bool {
	user, _, hasUser := strings.Cut(authority, "@")
	return hasUser && strings.Contains(user, ":")
}
