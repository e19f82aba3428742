package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// The DSN is parsed here and not by pgconn.ParseConfig. ParseConfig also reads
// the environment, password files and service files, and its errors quote text
// that it does not understand, which may be part of a password. For the same
// reason our faults quote only words from these lists.
var (
	sessionParams = []string{"application_name", "options", "search_path", "client_encoding", "timezone"}
	ignoredParams = []string{
		"connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"fallback_application_name", "gssencmode",
	}
	knownParams = []string{
		"host", "port", "user", "password", "dbname", "sslmode", "sslnegotiation", "sslrootcert", "sslcert", "sslkey",
		"channel_binding", "target_session_attrs",
	}
	refusedParams = []string{
		"hostaddr", "service", "servicefile", "passfile", "sslcrl", "sslcrldir", "sslpassword", "sslcertmode",
		"requiressl", "require_auth", "gsslib", "krbsrvname", "replication", "load_balance_hosts",
	}
)

var errParam = errors.New("has an unknown parameter, want some of " +
	strings.Join(slices.Concat(knownParams, sessionParams), ", "))

// fromDSN returns the destination given by a DSN and the other fields.
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
	to.decoded = isURL(dsn) && !strings.Contains(dsn, to.password)
	to.hosts = endpoints(words["host"], words["port"], f)
	to.attrs = attrsOf(words["target_session_attrs"], p.Role, f)
	to.binding = words["channel_binding"]
	f.Check(!slices.Contains([]string{"", "disable", "prefer", "require"}, to.binding), "dsn", "channel_binding is not disable, prefer or require")
	to.tls = tlsOf(words, p.TLS, f)
	for _, at := range to.hosts {
		at.NoTLSOverUnix(p.TLS != nil, f)
	}
	f.Check(to.user == "", "dsn", "has no user, want the role that logs in")
	f.Check(to.password != "" && p.login().HasPassword(), "password", "given, and the dsn has one, want one of them")
	return to
}

// parseDSN returns the parameters of a DSN by their names in libpq.
func parseDSN(dsn string) (map[string]string, error) {
	if strings.ContainsRune(dsn, 0) {
		return nil, errSyntax
	}
	parse := parseKeywords
	if isURL(dsn) {
		parse = parseURL
	}
	words, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	return words, checkNames(words)
}

func isURL(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

func checkNames(words map[string]string) error {
	for name := range words {
		switch {
		case slices.Contains(refusedParams, name):
			return fmt.Errorf("has the parameter %s, which is not supported", name)
		case !slices.Contains(knownParams, name) && !slices.Contains(sessionParams, name) && !slices.Contains(ignoredParams, name):
			return errParam
		}
	}
	return nil
}

// tlsOf returns the TLS settings of the DSN or of the field TLS.
func tlsOf(words map[string]string, own *checks.TLS, f *checktype.Faults) tlsSettings {
	mode, given := words["sslmode"]
	files := checks.TLS{CAFile: words["sslrootcert"], CertFile: words["sslcert"], KeyFile: words["sslkey"]}
	negotiation := words["sslnegotiation"]
	f.Check(!slices.Contains([]string{"", "postgres", "direct"}, negotiation), "dsn", "sslnegotiation is not postgres or direct")
	t := tlsSettings{settings: &files, direct: negotiation == "direct"}
	if own != nil {
		f.Check(given || files != (checks.TLS{}), "tls", "given, and the dsn has ssl parameters, want one of them")
		t.mode, t.settings = tlsVerified, own
		return t
	}
	if files.CAFile == "system" {
		files.CAFile, mode = "", "verify-full"
	}
	if mode == "require" && files.CAFile != "" {
		mode = "verify-ca"
	}
	modes := map[string]tlsMode{
		"": tlsPreferred, "allow": tlsAllowed, "prefer": tlsPreferred,
		"disable": tlsOff, "require": tlsUnverified, "verify-ca": tlsAnyName, "verify-full": tlsVerified,
	}
	var known bool
	t.mode, known = modes[mode]
	f.Check(!known, "dsn", "sslmode is not disable, allow, prefer, require, verify-ca or verify-full")
	f.Check(t.direct && known && t.mode < tlsUnverified, "dsn", "sslnegotiation=direct needs sslmode require, verify-ca or verify-full")
	f.Check((files.CertFile == "") != (files.KeyFile == ""), "dsn", "has one of sslcert and sslkey, want both or neither")
	return t
}
