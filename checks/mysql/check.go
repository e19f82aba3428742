package mysql

import (
	"context"

	"github.com/go-sql-driver/mysql"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// Check passes when the server, MySQL or MariaDB, accepts the login and answers a
// query, with the expected value if one is given.
//
//	name: shop
//	mysql:
//	  address: "127.0.0.1:3306"
//	  user: monitor
//	  password_file: /run/secrets/mysql
//	  query: "SELECT @@global.read_only"
//	  expect: "0"
//
// The query is one statement in a read-only session, with nine tenths of the
// time that is left as its max_statement_time (MariaDB) or max_execution_time
// (MySQL, where it holds for SELECT only): the server gives it up before we do.
// Observed are connect_seconds, login_seconds, query_seconds and, with TLS,
// tls_not_after_timestamp_seconds.
type Check struct {
	// DSN holds all settings in the syntax of Go's driver:
	// user:password@tcp(host:3306)/database?tls=true, or @unix(/path/of/socket).
	// Its allowAllFiles, multiStatements, compress, rejectReadOnly and time-outs
	// are ignored: the check's timeout bounds the whole run. Empty means the fields
	// below.
	DSN checks.Secret `yaml:"dsn"`
	// DSNFile names a file with the DSN, read at every run, instead.
	DSNFile checks.SecretFile `yaml:"dsn_file"`
	// Address is host:port or the path of a unix socket. Required without a DSN.
	Address string `yaml:"address"`
	// User is the account that logs in. Required without a DSN.
	User string `yaml:"user"`
	// Password is the password of the account. It also completes a DSN without a
	// password. Empty means none.
	Password checks.Secret `yaml:"password"`
	// PasswordFile names a file with the password, read at every run, instead.
	PasswordFile checks.SecretFile `yaml:"password_file"`
	// Database is the name of the default database. Empty means none.
	Database string `yaml:"database"`
	// TLS makes the connection a TLS connection. Nil means plain text or, with
	// a DSN, what its tls parameter says (true, skip-verify, preferred).
	TLS *checks.TLS `yaml:"tls"`
	// Query is the statement. Empty means SELECT 1.
	Query string `yaml:"query"`
	// Expect is the first column of the first row as text (nothing is NULL).
	// Empty means any, also no row.
	Expect string `yaml:"expect"`
}

// Type returns "mysql".
func (Check) Type() string { return "mysql" }

// Build validates the settings and returns all faults at once. It opens nothing:
// a DSN in a file is read when the check runs.
func (m Check) Build() (checks.Func, error) {
	var f checktype.Faults
	config := m.login().Validate(&f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return run{Check: m, config: config}.run, nil
}

func (m Check) login() wire.Login[*mysql.Config] {
	return wire.Login[*mysql.Config]{
		DSN: m.DSN, DSNFile: m.DSNFile, Password: m.Password, PasswordFile: m.PasswordFile, TLS: m.TLS,
		Fields:  [][2]string{{"address", m.Address}, {"user", m.User}, {"database", m.Database}},
		FromDSN: m.fromDSN, FromFields: m.fromFields,
		WithPassword: func(config *mysql.Config, password string) *mysql.Config {
			config = config.Clone()
			config.Passwd = password
			return config
		},
	}
}

// fromFields returns the driver's configuration without a DSN.
func (m Check) fromFields(f *checktype.Faults) *mysql.Config {
	at := wire.ParseAddress(m.Address, f)
	at.NoTLSOverUnix(m.TLS != nil, f)
	f.Check(m.User == "", "user", "missing, want the account that logs in")
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User, config.DBName = at.Network, at.Address, m.User, m.Database
	return config
}

// run is a Check with valid settings. It has no configuration if the DSN is in a
// file.
type run struct {
	Check
	config *mysql.Config
}

// resolve returns the configuration of this run, with its secrets read and
// announced.
func (c run) resolve(ctx context.Context) (*mysql.Config, error) {
	config, err := c.login().Resolve(ctx, c.config)
	if err != nil {
		return nil, err
	}
	checktype.LearnSecret(ctx, config.Passwd)
	return config.Clone(), nil // A run changes it.
}
