package store

import (
	"errors"
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"
)

var (
	errMySQLDSN    = errors.New("dsn: want user:password@tcp(host:3306)/database?parameter=value or user:password@unix(/path)/database")
	errMySQLDSNURL = errors.New("dsn: is a URL, want user:password@tcp(host:3306)/database?parameter=value")
)

// fromDSN is the driver's configuration for a DSN. Nothing of the DSN is quoted
// in an error: what is out of place may be the password.
func (m MySQL) fromDSN(dsn string) (*mysql.Config, error) {
	if strings.HasPrefix(dsn, "mysql://") || strings.HasPrefix(dsn, "mariadb://") {
		return nil, errMySQLDSNURL
	}
	config, ok := parseMySQLDSN(dsn)
	if !ok {
		return nil, errMySQLDSN
	}
	return config, m.checkDSN(config)
}

// parseMySQLDSN is mysql.ParseDSN, which panics at a word that it used to know.
func parseMySQLDSN(dsn string) (config *mysql.Config, ok bool) {
	defer func() {
		if recover() != nil {
			config, ok = nil, false
		}
	}()
	config, err := mysql.ParseDSN(dsn)
	return config, err == nil
}

func (m MySQL) checkDSN(config *mysql.Config) error {
	var errs []error
	fault := func(wrong bool, text string) {
		if wrong {
			errs = append(errs, errors.New(text))
		}
	}
	fault(config.Net != "tcp" && config.Net != "unix", "dsn: want tcp(host:port) or unix(/path)")
	fault(config.User == "", "dsn: has no user, want the account that logs in")
	fault(config.Passwd != "" && (m.Password != "" || m.PasswordFile != ""),
		"dsn: has a password and another one is given beside it, want one of them")
	fault(m.TLS != nil && config.TLSConfig != "", "dsn has the parameter tls and tls is given, want one of them")
	if config.Net == "tcp" {
		host, port, err := net.SplitHostPort(config.Addr)
		fault(err != nil || host == "" || !validPort(port), "dsn: want tcp(host:port) with a port of 1 to 65535")
	}
	if m.TLS != nil && config.Net == "unix" {
		errs = append(errs, errTLSOverUnix)
	}
	return errors.Join(errs...)
}
