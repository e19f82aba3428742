package postgres

import (
	"context"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// Check passes when the server accepts the login, has the wanted role, and answers
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
type Check struct {
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

// Type returns "postgres".
func (Check) Type() string { return "postgres" }

// Build validates the settings and returns all faults at once. It opens nothing:
// a DSN in a file is read when the check runs.
func (p Check) Build() (checks.Func, error) {
	var f checktype.Faults
	var to destination
	switch {
	case p.DSN != "":
		to = p.fromDSN(string(p.DSN), &f)
	case p.DSNFile == "":
		to = p.fromFields(&f)
	}
	f.Join(checktype.OneSecret("dsn", p.DSN, p.DSNFile))
	f.Join(checktype.OneSecret("password", p.Password, p.PasswordFile))
	f.Join(checktype.ValidateTLS(p.TLS))
	f.Check(p.Role != "" && p.Role != "primary" && p.Role != "standby", "role", "%q, want primary or standby", p.Role)
	if p.DSN != "" || p.DSNFile != "" {
		f.Check(p.Address != "", "address", "given beside a dsn, want one of them")
		f.Check(p.User != "", "user", "given beside a dsn, want one of them")
		f.Check(p.Database != "", "database", "given beside a dsn, want one of them")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	return run{Check: p, to: to}.run, nil
}

// destination is where and as whom to connect.
type destination struct {
	at       wire.Endpoint
	user     string
	password string
	database string
	params   map[string]string // run-time parameters of the session
	tls      tlsSettings
	role     string // primary, standby or empty
}

// fromFields returns the destination without a DSN.
func (p Check) fromFields(f *checktype.Faults) destination {
	at := wire.ParseAddress(p.Address, f)
	f.Check(p.User == "", "user", "missing, want the role that logs in")
	if at.Network == "unix" {
		at.Address = socketPath(at.Address, "5432")
	}
	at.NoTLSOverUnix(p.TLS != nil, f)
	to := destination{at: at, user: p.User, database: p.Database, role: p.Role}
	if p.TLS != nil {
		to.tls = tlsSettings{mode: tlsVerified, settings: p.TLS}
	}
	return to
}

// run is a Postgres whose settings are valid. Its target is empty
// when the DSN is in a file.
type run struct {
	Check
	to destination
}

// resolve returns the target of this run, with its secrets read.
func (c run) resolve(ctx context.Context) (destination, error) {
	to := c.to
	if c.DSNFile != "" {
		dsn, err := checktype.ReadSecret(ctx, "", c.DSNFile)
		if err != nil {
			return to, err
		}
		var f checktype.Faults
		to = c.fromDSN(dsn, &f)
		if err := f.Err(); err != nil {
			return to, wire.LocalFault(c.DSNFile, err)
		}
	}
	if c.Password == "" && c.PasswordFile == "" {
		return to, nil
	}
	password, err := checktype.ReadSecret(ctx, c.Password, c.PasswordFile)
	to.password = password
	return to, err
}
