package mysql

import (
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// fromDSN returns the driver's configuration for a DSN. No fault quotes the DSN:
// the malformed part may be the password.
func (m Check) fromDSN(dsn string, f *checktype.Faults) *mysql.Config {
	const key, want = "dsn", "want user:password@tcp(host:3306)/database?parameter=value"
	if strings.HasPrefix(dsn, "mysql://") || strings.HasPrefix(dsn, "mariadb://") {
		f.Add(key, "is a URL, "+want)
		return nil
	}
	config, ok := parseDSN(dsn)
	if !ok {
		f.Add(key, want+" or user:password@unix(/path)/database")
		return nil
	}
	f.Check(config.Net != "tcp" && config.Net != "unix", key, "want tcp(host:port) or unix(/path)")
	f.Check(config.User == "", key, "has no user, want the account that logs in")
	f.Check(config.Passwd != "" && m.login().HasPassword(), "password", "given, and the dsn has one, want one of them")
	f.Check(m.TLS != nil && config.TLSConfig != "", "tls", "given, and the dsn has the parameter tls, want one of them")
	f.Check(m.TLS != nil && config.Net == "unix", "tls", "given for a unix socket, want host:port")
	if config.Net == "tcp" {
		host, port, err := net.SplitHostPort(config.Addr)
		f.Check(err != nil || host == "" || !wire.ValidPort(port), key, "want tcp(host:port) with a port of 1 to 65535")
	}
	return config
}

// parseDSN is mysql.ParseDSN, but recovers its panic. ParseDSN panics at a
// parameter that it no longer supports.
func parseDSN(dsn string) (config *mysql.Config, ok bool) {
	defer func() {
		if recover() != nil {
			config, ok = nil, false
		}
	}()
	config, err := mysql.ParseDSN(dsn)
	return config, err == nil
}
