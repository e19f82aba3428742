package postgres

import (
	"context"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// Check passes when the server accepts the login, has the wanted role, and
// answers a query, with the expected value if one is given.
//
//	name: orders
//	postgres:
//	  dsn: "postgres://monitor@db.example.org/orders?sslmode=verify-full"
//	  password_file: /run/secrets/postgres
//	  query: "SELECT count(*) > 0 FROM currencies"
//	  expect: "t"
//
// The query is one statement in a read-only transaction, which is sent in one
// piece, ends with COMMIT, and has nine tenths of the time that is left as its
// statement_timeout: the server gives up before the check does. That works
// through PgBouncer in each of its modes; its admin console (database pgbouncer)
// gets the query alone, SHOW VERSION if none is given. Only the settings count:
// no PG… environment variable, service file, password file or certificate in the
// home directory is used (but with PGSERVICE in its environment the driver
// refuses to work, and the check fails as internal).
//
// Observed are connect_seconds, login_seconds, query_seconds (the transaction)
// and, with TLS, tls_seconds and tls_not_after_timestamp_seconds.
type Check struct {
	// DSN holds everything in one: a URL (postgres://user:password@host/database)
	// or keywords (host=… user=… dbname=…), as libpq has them. Of several hosts
	// (host=a,b or //a,b:5433/) the first that accepts a connection and is what
	// target_session_attrs wants counts; each gets its share of the time.
	// Known are host, port, user, password, dbname, sslmode (default prefer:
	// TLS if the server has it, the certificate is not verified), sslnegotiation,
	// sslrootcert, sslcert, sslkey, channel_binding, target_session_attrs,
	// application_name, options, search_path, client_encoding, timezone;
	// connect_timeout and keepalives… are ignored, since the check's timeout
	// bounds all of it. Empty means the fields below.
	DSN checks.Secret `yaml:"dsn"`
	// DSNFile names a file with the DSN, read at every run, instead.
	DSNFile checks.SecretFile `yaml:"dsn_file"`
	// Address is host:port, or the directory or path of a unix socket. Required
	// without a DSN.
	Address string `yaml:"address"`
	// User is the role that logs in. Required without a DSN.
	User string `yaml:"user"`
	// Password is the password of the role. It also completes a DSN without a
	// password. Empty means none.
	Password checks.Secret `yaml:"password"`
	// PasswordFile names a file with the password, read at every run, instead.
	PasswordFile checks.SecretFile `yaml:"password_file"`
	// Database is the name of the database. Empty means the user's name.
	Database string `yaml:"database"`
	// TLS makes the connection a TLS connection. Nil means plain text or, with
	// a DSN, what its sslmode says.
	TLS *checks.TLS `yaml:"tls"`
	// Role is what the server must be: primary or standby. Empty means that it
	// is not asked, unless a DSN has target_session_attrs.
	Role string `yaml:"role"`
	// Query is the statement. Empty means SELECT 1.
	Query string `yaml:"query"`
	// Expect is the first column of the first row as text (a boolean is t or f,
	// a null value NULL). Empty means any, also no row.
	Expect string `yaml:"expect"`
}

// Type returns "postgres".
func (Check) Type() string { return "postgres" }

// Build validates the settings and returns all faults at once. It opens nothing:
// a DSN in a file is read when the check runs.
func (p Check) Build() (checks.Func, error) {
	var f checktype.Faults
	to := p.login().Validate(&f)
	f.Check(!slices.Contains([]string{"", rolePrimary, roleStandby}, p.Role), "role", "%q, want primary or standby", p.Role)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return run{Check: p, to: to}.run, nil
}

// destination holds the servers and the login data.
type destination struct {
	hosts    []wire.Endpoint // tried in this order
	user     string
	password string
	decoded  bool // the password of a URL had an escape such as %41
	database string
	params   map[string]string // run-time parameters of the session
	binding  string            // channel_binding; empty means prefer
	tls      tlsSettings
	attrs    string // target_session_attrs or the role; empty means any
}

func (p Check) login() wire.Login[destination] {
	return wire.Login[destination]{
		DSN: p.DSN, DSNFile: p.DSNFile, Password: p.Password, PasswordFile: p.PasswordFile, TLS: p.TLS,
		Fields:  [][2]string{{"address", p.Address}, {"user", p.User}, {"database", p.Database}},
		FromDSN: p.fromDSN, FromFields: p.fromFields,
		WithPassword: func(to destination, password string) destination { to.password = password; return to },
	}
}

// fromFields returns the destination without a DSN.
func (p Check) fromFields(f *checktype.Faults) destination {
	at := wire.ParseAddress(p.Address, f)
	f.Check(p.User == "", "user", "missing, want the role that logs in")
	if at.Network == "unix" {
		at.Address = socketPath(at.Address, defaultPort)
	}
	at.NoTLSOverUnix(p.TLS != nil, f)
	to := destination{hosts: []wire.Endpoint{at}, user: p.User, database: p.Database, attrs: p.Role}
	if p.TLS != nil {
		to.tls = tlsSettings{mode: tlsVerified, settings: p.TLS}
	}
	return to
}

// run is a Check whose settings are valid. Its destination is empty if the DSN is
// in a file.
type run struct {
	Check
	to destination
}

// resolve returns the destination of this run, with its secrets read and
// announced.
func (c run) resolve(ctx context.Context) (destination, error) {
	to, err := c.login().Resolve(ctx, c.to)
	checktype.LearnSecret(ctx, to.password, prepared(to.password))
	return to, err
}
