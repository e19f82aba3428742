package postgres

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// The DSN is read here rather than by pgconn.ParseConfig: that one reads the
// environment, password and service files besides, takes several hosts, and
// quotes what it doesn't understand, which may be half of a password. For the
// same reason nothing of a DSN is quoted in an error but words from these lists.
var (
	sessionParams = []string{"application_name", "options", "search_path", "client_encoding", "timezone"}
	ignoredParams = []string{
		"connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"fallback_application_name", "gssencmode",
	}
	knownParams = []string{
		"host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs",
	}
	refusedParams = []string{
		"hostaddr", "service", "servicefile", "passfile", "sslcrl", "sslcrldir", "sslpassword", "sslnegotiation", "sslcertmode",
		"requiressl", "require_auth", "channel_binding", "gsslib", "krbsrvname", "replication", "load_balance_hosts",
	}
)

var (
	errDSNSyntax = errors.New("is neither a URL (postgres://user:password@host:5432/database) nor keywords (host=… user=… dbname=…)")
	errDSNHosts  = errors.New("names several hosts, want a check for each of them")
	errDSNParam  = errors.New("has an unknown parameter, want some of " +
		strings.Join(slices.Concat(knownParams, sessionParams), ", "))
)

// fromDSN returns the destination that a DSN and the fields beside it name.
func (p Check) fromDSN(dsn string, f *checktype.Faults) destination {
	words, err := parseDSN(dsn)
	if err != nil {
		f.Add("dsn", "%w", err)
		return destination{}
	}
	to := destination{user: words["user"], password: words["password"], database: words["dbname"], params: map[string]string{}}
	for _, name := range sessionParams {
		if value, given := words[name]; given {
			to.params[name] = value
		}
	}
	to.at = endpointOf(words["host"], words["port"], f)
	to.tls = tlsOf(words, p.TLS, to.at, f)
	to.role = roleOf(words["target_session_attrs"], p.Role, f)
	f.Check(to.user == "", "dsn", "has no user, want the role that logs in")
	f.Check(to.password != "" && (p.Password != "" || p.PasswordFile != ""), "password", "given, and the dsn has one, want one of them")
	return to
}

// parseDSN returns the parameters of a DSN by their names in libpq.
func parseDSN(dsn string) (map[string]string, error) {
	if strings.ContainsRune(dsn, 0) {
		return nil, errDSNSyntax
	}
	parse := parseKeywords
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		parse = parseURL
	}
	words, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	return words, checkNames(words)
}

func checkNames(words map[string]string) error {
	for name := range words {
		switch {
		case slices.Contains(refusedParams, name):
			return fmt.Errorf("has the parameter %s, which is not supported", name)
		case !slices.Contains(knownParams, name) && !slices.Contains(sessionParams, name) && !slices.Contains(ignoredParams, name):
			return errDSNParam
		}
	}
	return nil
}

func parseURL(dsn string) (map[string]string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		// Several hosts with ports are the one thing that libpq takes for a URL
		// and net/url doesn't.
		if authority, _, _ := strings.Cut(dsn[strings.LastIndexByte(dsn, '@')+1:], "/"); strings.Count(authority, ",") > 0 {
			return nil, errDSNHosts
		}
		return nil, errDSNSyntax
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || u.Fragment != "" || u.Opaque != "" {
		return nil, errDSNSyntax
	}
	words := map[string]string{}
	for name, values := range query {
		words[name] = values[len(values)-1]
	}
	put := func(name, value string) {
		if value != "" {
			words[name] = value
		}
	}
	password, _ := u.User.Password()
	put("user", u.User.Username())
	put("password", password)
	put("host", u.Hostname())
	put("port", u.Port())
	put("dbname", strings.TrimPrefix(u.Path, "/"))
	return words, nil
}

// parseKeywords reads keyword = value pairs: blanks around the sign are
// allowed, a value with blanks stands in single quotes, \ escapes.
func parseKeywords(dsn string) (map[string]string, error) {
	words := map[string]string{}
	rest := strings.TrimSpace(dsn)
	if rest == "" {
		return nil, errDSNSyntax
	}
	for rest != "" {
		name, after, found := strings.Cut(rest, "=")
		name = strings.TrimSpace(name)
		if !found || name == "" || strings.ContainsAny(name, " \t\r\n") {
			return nil, errDSNSyntax
		}
		value, next, ok := keywordValue(strings.TrimLeft(after, " \t\r\n"))
		if !ok {
			return nil, errDSNSyntax
		}
		words[name], rest = value, strings.TrimLeft(next, " \t\r\n")
	}
	return words, nil
}

// keywordValue reads one value and returns what comes after it; not ok when a quote
// is not closed.
func keywordValue(s string) (value, rest string, ok bool) {
	quoted := strings.HasPrefix(s, "'")
	if quoted {
		s = s[1:]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quoted && c == '\'':
			return b.String(), s[i+1:], true
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			return b.String(), s[i:], true
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "", !quoted
}

// endpointOf returns the address of libpq's host and port.
func endpointOf(host, port string, f *checktype.Faults) wire.Endpoint {
	if port == "" {
		port = "5432"
	}
	switch {
	case strings.Contains(host, ",") || strings.Contains(port, ","):
		f.Add("dsn", "%w", errDSNHosts)
	case host == "":
		f.Add("dsn", "has no host, want a name, an address or the directory of a unix socket")
	case !wire.ValidPort(port):
		f.Add("dsn", "has no valid port, want 1 to 65535")
	case strings.HasPrefix(host, "/"):
		return wire.Endpoint{Network: "unix", Address: socketPath(host, port)}
	}
	return wire.Endpoint{Network: "tcp", Address: net.JoinHostPort(host, port), Host: host}
}

// socketPath returns the socket that a directory has for a port. The path of a
// socket is returned as it is.
func socketPath(dir, port string) string {
	if strings.HasPrefix(path.Base(dir), ".s.PGSQL.") {
		return dir
	}
	return path.Join(dir, ".s.PGSQL."+port)
}

// roleOf returns the role that target_session_attrs or the setting asks for.
func roleOf(attrs, role string, f *checktype.Faults) string {
	var wanted string
	switch attrs {
	case "", "any", "prefer-standby":
		return role
	case "primary", "read-write":
		wanted = "primary"
	case "standby", "read-only":
		wanted = "standby"
	default:
		f.Add("dsn", "target_session_attrs is not any, read-write, read-only, primary, standby or prefer-standby")
	}
	f.Check(role != "" && role != wanted, "role", "%s contradicts target_session_attrs in the dsn", role)
	return wanted
}

// tlsOf returns what the DSN or the setting says about TLS.
func tlsOf(words map[string]string, own *checks.TLS, at wire.Endpoint, f *checktype.Faults) tlsSettings {
	mode, given := words["sslmode"]
	files := checks.TLS{CAFile: words["sslrootcert"], CertFile: words["sslcert"], KeyFile: words["sslkey"]}
	if own != nil {
		f.Check(given || files != (checks.TLS{}), "tls", "given, and the dsn has ssl parameters, want one of them")
		at.NoTLSOverUnix(true, f)
		return tlsSettings{mode: tlsVerified, settings: own}
	}
	if at.Network == "unix" {
		return tlsSettings{} // As libpq does.
	}
	if files.CAFile == "system" {
		files.CAFile, mode = "", "verify-full"
	}
	if mode == "require" && files.CAFile != "" {
		mode = "verify-ca"
	}
	modes := map[string]tlsMode{
		"": tlsPreferred, "allow": tlsPreferred, "prefer": tlsPreferred,
		"disable": tlsOff, "require": tlsUnverified, "verify-ca": tlsAnyName, "verify-full": tlsVerified,
	}
	m, known := modes[mode]
	f.Check(!known, "dsn", "sslmode is not disable, allow, prefer, require, verify-ca or verify-full")
	f.Check((files.CertFile == "") != (files.KeyFile == ""), "dsn", "has one of sslcert and sslkey, want both or neither")
	return tlsSettings{mode: m, settings: &files}
}
