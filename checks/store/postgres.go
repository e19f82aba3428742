package store

import (
	"context"
	"errors"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Postgres passes when the server lets us in, has the wanted role, and answers
// a query, with the expected value if one is given.
//
//	name: orders
//	postgres:
//	  dsn: "postgres://monitor@db.example.org/orders?sslmode=verify-full"
//	  password_file: /run/secrets/postgres
//	  query: "SELECT count(*) > 0 FROM currencies"
//	  expect: "t"
//
// The query is one statement in a read-only transaction, with nine tenths of
// the time that is left as its statement_timeout: the server gives it up before
// we do. That works through PgBouncer too. Only what is given here counts: no
// PG… environment variable, service file, password file or certificate in the
// home directory is used (but with PGSERVICE in its environment the driver
// refuses to work, and the check fails as internal). Observed are
// connect_seconds, login_seconds, query_seconds and, with TLS,
// tls_not_after_timestamp_seconds.
type Postgres struct {
	// DSN says everything in one: a URL (postgres://user:password@host/database)
	// or keywords (host=… user=… dbname=…), as libpq has them, with one host.
	// Known are host, port, user, password, dbname, sslmode (default prefer:
	// TLS if the server has it, the certificate is not looked at), sslrootcert,
	// sslcert, sslkey, target_session_attrs, application_name, options,
	// search_path, client_encoding, timezone; connect_timeout and keepalives…
	// are ignored, since the check's timeout bounds all of it. Empty means that
	// the fields below say it.
	DSN checks.Secret `yaml:"dsn"`
	// DSNFile names a file with the DSN, read at every run, instead.
	DSNFile checks.SecretFile `yaml:"dsn_file"`
	// Address is host:port, or the directory or path of a unix socket. Required
	// without a DSN.
	Address string `yaml:"address"`
	// User is the role that logs in. Required without a DSN.
	User string `yaml:"user"`
	// Password is its password, also beside a DSN that has none. Empty means none.
	Password checks.Secret `yaml:"password"`
	// PasswordFile names a file with the password, read at every run, instead.
	PasswordFile checks.SecretFile `yaml:"password_file"`
	// Database is the name of the database. Empty means the user's name.
	Database string `yaml:"database"`
	// TLS makes the connection a TLS connection. Nil means plain text or, with
	// a DSN, what its sslmode says.
	TLS *checks.TLS `yaml:"tls"`
	// Role is what the server must be: primary or standby. Empty means that it
	// is not asked, but for a DSN with target_session_attrs.
	Role string `yaml:"role"`
	// Query is the statement. Empty means SELECT 1.
	Query string `yaml:"query"`
	// Expect is the first column of the first row as text (a boolean is t or f,
	// nothing is NULL). Empty means any, also no row.
	Expect string `yaml:"expect"`
}

// Build validates the settings, all of them at once. A DSN in a file is looked
// at when the check runs.
func (p Postgres) Build() (checks.Func, error) {
	var target pgTarget
	var err error
	switch {
	case p.DSN != "":
		target, err = p.fromDSN(string(p.DSN))
	case p.DSNFile == "":
		target, err = p.fromFields()
	}
	if err = errors.Join(err, p.validate()); err != nil {
		return nil, err
	}
	return postgresCheck{Postgres: p, target: target}.run, nil
}

func (p Postgres) validate() error {
	errs := []error{
		checktype.OneSecret("dsn", p.DSN, p.DSNFile),
		checktype.OneSecret("password", p.Password, p.PasswordFile),
		checktype.ValidateTLS(p.TLS),
		validateName("role", p.Role, "primary", "standby"),
	}
	if p.DSN != "" || p.DSNFile != "" {
		errs = append(errs, notBesideDSN("address", p.Address), notBesideDSN("user", p.User), notBesideDSN("database", p.Database))
	}
	return errors.Join(errs...)
}

// notBesideDSN is an error when a field is given that the DSN says.
func notBesideDSN(key, value string) error {
	if value == "" {
		return nil
	}
	return errors.New("dsn and " + key + " are both given, want one of them")
}

// pgTarget is where and as whom to connect.
type pgTarget struct {
	at       endpoint
	user     string
	password string
	database string
	params   map[string]string // run-time parameters of the session
	tls      pgTLS
	role     string // primary, standby or empty
}

// fromFields is the target without a DSN.
func (p Postgres) fromFields() (pgTarget, error) {
	at, err := parseAddress(p.Address)
	errs := []error{err}
	if p.User == "" {
		errs = append(errs, errors.New("user: is missing, want the role that logs in"))
	}
	if at.network == "unix" {
		at.address = pgSocket(at.address, "5432")
	}
	if p.TLS != nil && at.network == "unix" {
		errs = append(errs, errTLSOverUnix)
	}
	t := pgTarget{at: at, user: p.User, database: p.Database, role: p.Role}
	if p.TLS != nil {
		t.tls = pgTLS{mode: tlsVerified, settings: p.TLS}
	}
	return t, errors.Join(errs...)
}

var errTLSOverUnix = errors.New("tls: is given for a unix socket, want host:port")

// postgresCheck is a Postgres whose settings are valid. Its target is empty
// when the DSN is in a file.
type postgresCheck struct {
	Postgres
	target pgTarget
}

// resolve returns the target of this run, with its secrets read.
func (c postgresCheck) resolve(ctx context.Context) (pgTarget, error) {
	t := c.target
	if c.DSNFile != "" {
		dsn, err := checktype.ReadSecret(ctx, "", c.DSNFile)
		if err != nil {
			return t, err
		}
		if t, err = c.fromDSN(dsn); err != nil {
			return t, localFault(c.DSNFile, err)
		}
	}
	if c.Password == "" && c.PasswordFile == "" {
		return t, nil
	}
	password, err := checktype.ReadSecret(ctx, c.Password, c.PasswordFile)
	t.password = password
	return t, err
}
