//go:build unix

package postgres_test

import (
	"crypto/tls"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// What libpq does, a check with a DSN of libpq's does too.
func TestDSNWorksAsWithLibpq(t *testing.T) {
	s := testservers.Postgres(t)
	const fancy = "Ｐａssª1" // SASLprep makes Passa1 of it.
	s.PostgresSQL("CREATE ROLE app LOGIN PASSWORD '" + faulttest.Planted + "'; CREATE ROLE fancy LOGIN PASSWORD '" + fancy + "';" +
		"CREATE ROLE plain LOGIN PASSWORD 'x'; CREATE ROLE tls LOGIN PASSWORD 'x'; CREATE ROLE nowhere LOGIN PASSWORD 'x';" +
		"CREATE ROLE reader LOGIN PASSWORD 'x'; ALTER ROLE reader SET default_transaction_read_only = on;" +
		"SET password_encryption = md5; CREATE ROLE old LOGIN PASSWORD '" + fancy + "'")
	const one = `query returned "1"`
	const ssl = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
	dsn := func(user, password, parameters string) checks.Secret {
		return checks.Secret("postgres://" + user + ":" + url.QueryEscape(password) + "@" + s.Addr + "/postgres?" + parameters)
	}

	t.Run("sslmode prefer and allow follow pg_hba.conf", func(t *testing.T) {
		hba(t, s, "hostssl all plain all reject", "hostnossl all tls all reject", "host all nowhere all reject", "host all old all md5")
		over := func(user, mode string) postgres.Check {
			return postgres.Check{DSN: dsn(user, "x", "sslmode="+mode), Query: ssl}
		}
		faulttest.Passes(t, over("plain", "prefer"), `query returned "f"`)
		faulttest.Passes(t, over("tls", "prefer"), `query returned "t"`)
		faulttest.Passes(t, over("tls", "allow"), `query returned "t"`)
		faulttest.Passes(t, over("plain", "allow"), `query returned "f"`)
		faulttest.Fails(t, over("plain", "require"), checks.ReasonAuth, "SSL encryption (SQLSTATE 28000)")
		faulttest.Fails(t, over("nowhere", "prefer"), checks.ReasonAuth, "SSL encryption (SQLSTATE 28000)")
		// The form that the rules accept says what is wrong with the login.
		wrong := postgres.Check{DSN: dsn("plain", "y", "sslmode=prefer")}
		faulttest.Fails(t, wrong, checks.ReasonAuth, `login: password authentication failed for user "plain" (SQLSTATE 28P01)`)
		wrong = postgres.Check{DSN: dsn("tls", "y", "sslmode=allow")}
		faulttest.Fails(t, wrong, checks.ReasonAuth, `login: password authentication failed for user "tls" (SQLSTATE 28P01)`)
	})
	t.Run("passwords are prepared as the server prepares them", func(t *testing.T) {
		faulttest.Passes(t, postgres.Check{DSN: dsn("fancy", fancy, "")}, one)
		faulttest.Passes(t, postgres.Check{DSN: dsn("fancy", "Passa1", "")}, one)
		faulttest.Passes(t, postgres.Check{DSN: dsn("old", fancy, "")}, one) // Not for md5.
		faulttest.Fails(t, postgres.Check{DSN: dsn("fancy", "Ｐａssª2", "")}, checks.ReasonAuth, "SQLSTATE 28P01")
	})
	t.Run("an escape in the password is named as the likely cause", func(t *testing.T) {
		const hint = "(SQLSTATE 28P01); the dsn is a URL, so the % in its password begins an escape: if the password has a %, write %25"
		escape := checks.Secret("postgres://app:pass%41word@" + s.Addr + "/postgres")
		faulttest.Fails(t, postgres.Check{DSN: escape}, checks.ReasonAuth, hint)
		faulttest.RunOnce(t, postgres.Check{DSNFile: faulttest.SecretFile(t, string(escape))}, 5*time.Second).Failed(t, checks.ReasonAuth, hint)
		for _, dsn := range []string{"postgres://app:password@" + s.Addr + "/postgres?application_name=a%20b", "host=127.0.0.1 port=" + s.Port() + " user=app password=pass%41word"} {
			if o := faulttest.RunOnce(t, postgres.Check{DSN: checks.Secret(dsn)}, 5*time.Second); o.Err == nil || strings.Contains(o.Err.Error(), "escape") {
				t.Errorf("%s: %v, want a failure without the hint", dsn, o.Err)
			}
		}
	})
	t.Run("channel binding", func(t *testing.T) {
		faulttest.Passes(t, postgres.Check{DSN: pgDSN(s.Addr, "channel_binding=require&sslmode=require")}, one)
		faulttest.Passes(t, postgres.Check{DSN: pgDSN(s.Addr, "channel_binding=disable")}, one)
		faulttest.Fails(t, postgres.Check{DSN: pgDSN(s.Addr, "channel_binding=require&sslmode=disable")}, checks.ReasonAuth,
			"the server offers no channel binding, but channel_binding=require is set")
	})
	t.Run("a directory as the host of a URL", func(t *testing.T) {
		faulttest.Passes(t, postgres.Check{
			DSN: checks.Secret("postgres://postgres@" + url.QueryEscape(s.Socket) + ":" + s.Port() + "/postgres"),
		}, one)
	})
	t.Run("several hosts", func(t *testing.T) {
		refused, silent := faulttest.Refused(t), faulttest.Silent(t)
		faulttest.Passes(t, postgres.Check{DSN: pgDSN(refused+","+s.Addr, "")}, one)
		faulttest.Passes(t, postgres.Check{DSN: checks.Secret("host=" + s.Socket + ".none," + s.Socket + " port=" + s.Port() + " user=postgres")}, one)
		o := faulttest.RunOnce(t, postgres.Check{DSN: pgDSN(silent+","+s.Addr, "sslmode=disable")}, 2*time.Second)
		if o.Err != nil || o.Output != one || o.Took < 900*time.Millisecond {
			t.Errorf("after a silent host: %q, %v after %v, want a pass after half the time", o.Output, o.Err, o.Took)
		}
		faulttest.Fails(t, postgres.Check{DSN: pgDSN(refused+","+refused, "")}, checks.ReasonRefused,
			"no host is suitable: connecting to "+refused+": connection refused; connecting to "+refused+": connection refused")
		// A refused password is the answer: libpq asks no other host then.
		faulttest.Fails(t, postgres.Check{DSN: checks.Secret("postgres://app:wrong@" + s.Addr + "," + refused + "/")}, checks.ReasonAuth, "login: password")
		faulttest.Fails(t, postgres.Check{DSN: pgDSN(refused+","+s.Addr, "target_session_attrs=standby")}, checks.ReasonRefused,
			"; "+s.Addr+": role primary, want standby")
		faulttest.Passes(t, postgres.Check{DSN: pgDSN(refused+","+s.Addr, "target_session_attrs=prefer-standby")}, one)
	})
	t.Run("target_session_attrs asks what transactions may do", func(t *testing.T) {
		as := func(user, attrs string) postgres.Check {
			return postgres.Check{DSN: dsn(user, "x", "sslmode=disable&target_session_attrs="+attrs)}
		}
		hba(t, s)
		faulttest.Passes(t, as("plain", "read-write"), "primary, "+one)
		faulttest.Fails(t, as("reader", "read-write"), checks.ReasonAssertion, s.Addr+": transactions are read-only by default, want read-write")
		faulttest.Passes(t, as("reader", "read-only"), "primary, "+one)
		faulttest.Fails(t, as("plain", "read-only"), checks.ReasonAssertion, "transactions are read-write by default, want read-only")
		faulttest.Passes(t, as("reader", "primary"), "primary, "+one)
	})
	t.Run("a passing check rolls nothing back", func(t *testing.T) {
		count := func() string {
			return s.PostgresSQL("SELECT pg_stat_clear_snapshot(), xact_rollback FROM pg_stat_database WHERE datname = 'postgres'")
		}
		before := count()
		for range 5 {
			faulttest.Passes(t, postgres.Check{DSN: pgDSN(s.Addr, "target_session_attrs=primary")}, "primary, "+one)
		}
		time.Sleep(1100 * time.Millisecond) // The server reports at most once a second.
		if after := count(); after != before {
			t.Errorf("xact_rollback is %s after five passes, want %s as before", after, before)
		}
	})
}

// hba puts lines before the others of the server's pg_hba.conf.
func hba(t *testing.T, s *testservers.Server, lines ...string) {
	t.Helper()
	path := filepath.Join(s.Socket, "data", "pg_hba.conf")
	rest := "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
	if err := os.WriteFile(path, []byte(strings.Join(append(lines, rest), "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	s.PostgresSQL("SELECT pg_reload_conf()")
	faulttest.Eventually(t, "rules of pg_hba.conf", s.PostgresSQL("SELECT count(*) FROM pg_hba_file_rules"), func() string {
		time.Sleep(100 * time.Millisecond)
		return s.PostgresSQL("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NULL")
	})
}

// sslnegotiation=direct came with PostgreSQL 17: here a TLS server passes on what
// it decrypts to an older one.
func TestDirectTLS(t *testing.T) {
	s := testservers.Postgres(t)
	s.PostgresSQL("CREATE ROLE app LOGIN PASSWORD '" + faulttest.Planted + "'")
	certs := faulttest.Certificates(t)
	serve := func(protocols ...string) string {
		config := certs.Good.Config()
		config.NextProtos = protocols
		proxy := faulttest.Proxy(s.Addr)
		return faulttest.Serve(t, func(conn net.Conn) { proxy(tls.Server(conn, config)) })
	}
	direct := func(address string) postgres.Check {
		return postgres.Check{DSN: pgDSN(address, "sslnegotiation=direct&sslmode=verify-full&channel_binding=disable&sslrootcert="+certs.CAFile)}
	}
	o := faulttest.Passes(t, direct(serve("postgresql")), `query returned "1"`)
	if o.Observed["tls_not_after_timestamp_seconds"] == 0 {
		t.Errorf("observed %v, want when the certificate ends", o.Observed)
	}
	faulttest.Fails(t, direct(serve()), checks.ReasonProtocol, "the server does not speak PostgreSQL over direct TLS")
}

func TestPgBouncer(t *testing.T) {
	s := testservers.Postgres(t)
	for _, mode := range []string{"session", "transaction", "statement"} {
		t.Run(mode, func(t *testing.T) {
			b := testservers.PgBouncer(t, s, mode)
			spec := postgres.Check{Address: b.Addr, User: "app", Password: faulttest.Planted, Database: "postgres"}
			spec.Role = "primary"
			faulttest.Passes(t, spec, `primary, query returned "1"`)
			faulttest.Passes(t, spec, `primary, query returned "1"`)
			for range 20 { // In statement mode PgBouncer loses the server's error now and then.
				spec.Query = "CREATE TABLE x ()"
				faulttest.Fails(t, spec, checks.ReasonStatus, "the query: cannot execute CREATE TABLE in a read-only transaction (SQLSTATE 25006)")
				spec.Query = "SELECT 1; SELECT 2"
				faulttest.Fails(t, spec, checks.ReasonStatus, "SQLSTATE 42601")
			}
			spec.Query = "SELECT pg_sleep(60)"
			// In statement mode the time may be over before the second try.
			faulttest.RunOnce(t, spec, 2*time.Second).Failed(t, checks.ReasonTimeout, "the query")

			console := postgres.Check{Address: b.Addr, User: "app", Database: "pgbouncer"}
			if o := faulttest.RunOnce(t, console, 5*time.Second); o.Err != nil || !strings.HasPrefix(o.Output, `query returned "PgBouncer 1.`) {
				t.Errorf("the console's check returned %q, %v, want its version", o.Output, o.Err)
			}
			console.Query, console.Expect = "SHOW DATABASES", "none"
			faulttest.Fails(t, console, checks.ReasonAssertion, `want "none"`)
			console.Query = "SHOW NOTHING"
			faulttest.Fails(t, console, checks.ReasonProtocol, "the query: invalid command 'SHOW NOTHING'")
		})
	}
}

// PgBouncer refuses a login with a text and always the same SQLSTATE.
func TestPgBouncersRules(t *testing.T) {
	s := testservers.Postgres(t)
	for _, form := range []string{"hostssl", "hostnossl"} {
		t.Run(form, func(t *testing.T) {
			b := testservers.PgBouncer(t, s, "session", form+" all app 127.0.0.1/32 trust")
			for _, mode := range []string{"prefer", "allow"} {
				faulttest.Passes(t, postgres.Check{DSN: checks.Secret("postgres://app@" + b.Addr + "/postgres?sslmode=" + mode)}, `query returned "1"`)
			}
		})
	}
	t.Run("neither", func(t *testing.T) {
		b := testservers.PgBouncer(t, s, "session", "host all nobody 127.0.0.1/32 trust")
		faulttest.Fails(t, postgres.Check{DSN: checks.Secret("postgres://app@" + b.Addr + "/postgres")}, checks.ReasonAuth, "login: login rejected (SQLSTATE 08P01)")
	})
}
