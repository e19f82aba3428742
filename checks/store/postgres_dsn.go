package store

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
)

// The DSN is read here rather than by pgconn.ParseConfig: that one reads the
// environment, password and service files besides, takes several hosts, and
// quotes what it doesn't understand, which may be half of a password. For the
// same reason nothing of a DSN is quoted in an error but words from these lists.
var (
	pgSessionParams = []string{"application_name", "options", "search_path", "client_encoding", "timezone"}
	pgIgnoredParams = []string{
		"connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"fallback_application_name", "gssencmode",
	}
	pgKnownParams = []string{
		"host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs",
	}
	pgRefusedParams = []string{
		"hostaddr", "service", "servicefile", "passfile", "sslcrl", "sslcrldir", "sslpassword", "sslnegotiation", "sslcertmode",
		"requiressl", "require_auth", "channel_binding", "gsslib", "krbsrvname", "replication", "load_balance_hosts",
	}
)

var (
	errDSNSyntax = errors.New("dsn: is neither a URL (postgres://user:password@host:5432/database) nor keywords (host=… user=… dbname=…)")
	errDSNHosts  = errors.New("dsn: names several hosts, want a check for each of them")
	errDSNParam  = errors.New("dsn: has an unknown parameter, want some of " +
		strings.Join(slices.Concat(pgKnownParams, pgSessionParams), ", "))
)

// fromDSN is the target that a DSN and the fields beside it name.
func (p Postgres) fromDSN(dsn string) (pgTarget, error) {
	words, err := parsePgDSN(dsn)
	if err != nil {
		return pgTarget{}, err
	}
	t := pgTarget{user: words["user"], password: words["password"], database: words["dbname"], params: map[string]string{}}
	for _, name := range pgSessionParams {
		if value, given := words[name]; given {
			t.params[name] = value
		}
	}
	var errs [4]error
	t.at, errs[0] = pgEndpoint(words["host"], words["port"])
	t.tls, errs[1] = pgTLSOf(words, p.TLS, t.at)
	t.role, errs[2] = pgRole(words["target_session_attrs"], p.Role)
	errs[3] = p.checkDSN(t)
	return t, errors.Join(errs[:]...)
}

func (p Postgres) checkDSN(t pgTarget) error {
	var errs []error
	if t.user == "" {
		errs = append(errs, errors.New("dsn: has no user, want the role that logs in"))
	}
	if t.password != "" && (p.Password != "" || p.PasswordFile != "") {
		errs = append(errs, errors.New("dsn: has a password and another one is given beside it, want one of them"))
	}
	return errors.Join(errs...)
}

// parsePgDSN returns the parameters of a DSN by their names in libpq.
func parsePgDSN(dsn string) (map[string]string, error) {
	if strings.ContainsRune(dsn, 0) {
		return nil, errDSNSyntax
	}
	parse := parsePgKeywords
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		parse = parsePgURL
	}
	words, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	return words, checkPgNames(words)
}

func checkPgNames(words map[string]string) error {
	for name := range words {
		switch {
		case slices.Contains(pgRefusedParams, name):
			return fmt.Errorf("dsn: has the parameter %s, which is not supported", name)
		case !slices.Contains(pgKnownParams, name) && !slices.Contains(pgSessionParams, name) && !slices.Contains(pgIgnoredParams, name):
			return errDSNParam
		}
	}
	return nil
}

func parsePgURL(dsn string) (map[string]string, error) {
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

// parsePgKeywords reads keyword = value pairs: blanks around the sign are
// allowed, a value with blanks stands in single quotes, \ escapes.
func parsePgKeywords(dsn string) (map[string]string, error) {
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
		value, next, ok := pgValue(strings.TrimLeft(after, " \t\r\n"))
		if !ok {
			return nil, errDSNSyntax
		}
		words[name], rest = value, strings.TrimLeft(next, " \t\r\n")
	}
	return words, nil
}

// pgValue reads one value and returns what comes after it; not ok when a quote
// is not closed.
func pgValue(s string) (value, rest string, ok bool) {
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

// pgEndpoint is the address of libpq's host and port.
func pgEndpoint(host, port string) (endpoint, error) {
	if port == "" {
		port = "5432"
	}
	switch {
	case strings.Contains(host, ",") || strings.Contains(port, ","):
		return endpoint{}, errDSNHosts
	case host == "":
		return endpoint{}, errors.New("dsn: has no host, want a name, an address or the directory of a unix socket")
	case !validPort(port):
		return endpoint{}, errors.New("dsn: has no valid port, want 1 to 65535")
	case strings.HasPrefix(host, "/"):
		return endpoint{network: "unix", address: pgSocket(host, port)}, nil
	}
	return endpoint{network: "tcp", address: net.JoinHostPort(host, port), host: host}, nil
}

// pgSocket is the path of the socket that a directory has for a port. The path
// of a socket is itself.
func pgSocket(dir, port string) string {
	if strings.HasPrefix(path.Base(dir), ".s.PGSQL.") {
		return dir
	}
	return path.Join(dir, ".s.PGSQL."+port)
}

// pgRole is the role that target_session_attrs or our own word asks for.
func pgRole(attrs, role string) (string, error) {
	var wanted string
	switch attrs {
	case "", "any", "prefer-standby":
		return role, nil
	case "primary", "read-write":
		wanted = "primary"
	case "standby", "read-only":
		wanted = "standby"
	default:
		return "", errors.New("dsn: target_session_attrs is not any, read-write, read-only, primary, standby or prefer-standby")
	}
	if role != "" && role != wanted {
		return "", fmt.Errorf("role %s: contradicts target_session_attrs in the dsn", role)
	}
	return wanted, nil
}

// pgTLSOf is what the DSN or our own words say about TLS.
func pgTLSOf(words map[string]string, own *checks.TLS, at endpoint) (pgTLS, error) {
	mode, given := words["sslmode"]
	files := checks.TLS{CAFile: words["sslrootcert"], CertFile: words["sslcert"], KeyFile: words["sslkey"]}
	if own != nil {
		if given || files != (checks.TLS{}) {
			return pgTLS{}, errors.New("dsn has ssl parameters and tls is given, want one of them")
		}
		if at.network == "unix" {
			return pgTLS{}, errTLSOverUnix
		}
		return pgTLS{mode: tlsVerified, settings: own}, nil
	}
	if at.network == "unix" {
		return pgTLS{}, nil // As libpq does.
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
	if !known {
		return pgTLS{}, errors.New("dsn: sslmode is not disable, allow, prefer, require, verify-ca or verify-full")
	}
	return pgTLS{mode: m, settings: &files}, checktype.ValidateTLS(&files)
}
