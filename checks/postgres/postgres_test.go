//go:build unix

package postgres_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// pgDSN is a DSN of user app with the planted password.
func pgDSN(hostport, parameters string) checks.Secret {
	return checks.Secret("postgres://app:" + url.QueryEscape(faulttest.Planted) + "@" + hostport + "/postgres?" + parameters)
}

// Making a server takes seconds: the tests of healthy answers share one.
func TestServer(t *testing.T) {
	s := testservers.Postgres(t, "max_connections=20", "superuser_reserved_connections=3")
	s.PostgresSQL("CREATE ROLE app LOGIN PASSWORD '" + faulttest.Planted + "'; CREATE TABLE secret (a int); CREATE TABLE open (a int);" +
		"GRANT SELECT, INSERT ON open TO app; CREATE ROLE one LOGIN CONNECTION LIMIT 0 PASSWORD 'one'")
	fields := postgres.Check{Address: s.Addr, User: "app", Password: faulttest.Planted, Database: "postgres"}
	localhost := "localhost:" + s.Port()

	t.Run("passes", func(t *testing.T) {
		for _, c := range []struct {
			name string
			spec func(*postgres.Check)
			want string
		}{
			{"by SELECT 1", func(*postgres.Check) {}, `query returned "1"`},
			{"as a primary", func(p *postgres.Check) { p.Role = "primary" }, `primary, query returned "1"`},
			{"with a value", func(p *postgres.Check) { p.Query, p.Expect = "SELECT 2 > 1", "t" }, `query returned "t"`},
			{"with the first of many", func(p *postgres.Check) { p.Query, p.Expect = "SELECT g, 'x' FROM generate_series(1, 100) g", "1" }, `query returned "1"`},
			{"with nothing", func(p *postgres.Check) { p.Query, p.Expect = "SELECT NULL", "NULL" }, `query returned "NULL"`},
			{"without a row", func(p *postgres.Check) { p.Query = "SELECT a FROM open" }, `query returned no row`},
			{"with a comment", func(p *postgres.Check) { p.Query = "SELECT 1 -- one" }, `query returned "1"`},
			{"with a percent sign", func(p *postgres.Check) { p.Query = "SELECT '100 %'" }, `query returned "100 %"`},
		} {
			t.Run(c.name, func(t *testing.T) {
				spec := fields
				c.spec(&spec)
				faulttest.LeavesNothing(t, func() {
					o := faulttest.Passes(t, spec, c.want)
					for _, name := range []string{"connect_seconds", "login_seconds", "query_seconds"} {
						if _, observed := o.Observed[name]; !observed {
							t.Errorf("%s is not observed, want it: %v", name, o.Observed)
						}
					}
				})
			})
		}
	})
	t.Run("passes with a DSN", func(t *testing.T) {
		const want = `query returned "1"`
		faulttest.Passes(t, postgres.Check{DSN: pgDSN(s.Addr, "")}, want)
		faulttest.Passes(t, postgres.Check{DSN: pgDSN(s.Addr, "sslmode=disable")}, want)
		faulttest.Passes(t, postgres.Check{DSN: pgDSN(s.Addr, "sslmode=disable&connect_timeout=3&application_name=x&target_session_attrs=read-write")}, "primary, "+want)
		faulttest.Passes(t, postgres.Check{DSN: checks.Secret(fmt.Sprintf(`host=127.0.0.1 port = %s user=app password='%s' dbname=postgres`, s.Port(), faulttest.Planted))}, want)
		faulttest.Passes(t, postgres.Check{DSNFile: faulttest.SecretFile(t, string(pgDSN(s.Addr, ""))+"\n")}, want)
		faulttest.Passes(t, postgres.Check{
			DSN:          checks.Secret("postgres://app@" + s.Addr + "/postgres"),
			PasswordFile: faulttest.SecretFile(t, faulttest.Planted),
		}, want)
	})
	t.Run("passes over a unix socket", func(t *testing.T) {
		const want = `query returned "1"`
		faulttest.Passes(t, postgres.Check{Address: s.Socket + "/.s.PGSQL." + s.Port(), User: "postgres"}, want)
		faulttest.Passes(t, postgres.Check{DSN: checks.Secret("postgres:///?user=postgres&host=" + s.Socket + "&port=" + s.Port())}, want)
		faulttest.Passes(t, postgres.Check{DSN: checks.Secret("host=" + s.Socket + " port=" + s.Port() + " user=postgres sslmode=verify-full")}, want)
	})
	t.Run("over TLS", func(t *testing.T) {
		ca := &checks.TLS{CAFile: s.CAFile}
		const query, tls, plain = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", `query returned "t"`, `query returned "f"`
		over := func(tls *checks.TLS, address string) postgres.Check {
			return postgres.Check{Address: address, User: "app", Password: faulttest.Planted, Database: "postgres", TLS: tls, Query: query}
		}
		by := func(parameters string) postgres.Check {
			return postgres.Check{DSN: pgDSN(s.Addr, parameters), Query: query}
		}
		o := faulttest.Passes(t, over(ca, localhost), tls)
		if o.Observed["tls_not_after_timestamp_seconds"] < float64(time.Now().Unix()) {
			t.Errorf("observed %v, want when the certificate ends", o.Observed)
		}
		faulttest.Passes(t, over(&checks.TLS{InsecureSkipVerify: true}, s.Addr), tls)
		faulttest.Passes(t, over(nil, s.Addr), plain)
		faulttest.Passes(t, by(""), tls)
		faulttest.Passes(t, by("sslmode=prefer"), tls)
		faulttest.Passes(t, by("sslmode=require"), tls)
		faulttest.Passes(t, by("sslmode=disable"), plain)
		faulttest.Passes(t, by("sslmode=verify-ca&sslrootcert="+s.CAFile), tls)
		faulttest.Passes(t, by("sslmode=verify-full&sslrootcert="+s.CAFile), tls)
		other := testservers.NewCA(t)
		faulttest.Fails(t, over(&checks.TLS{}, localhost), checks.ReasonTLS, "unknown authority")
		faulttest.Fails(t, over(&checks.TLS{CAFile: s.CAFile, ServerName: "db.example.org"}, localhost), checks.ReasonTLS, "not db.example.org")
		faulttest.Fails(t, by("sslmode=verify-full&sslrootcert="+other.File), checks.ReasonTLS, "unknown authority")
		faulttest.Fails(t, by("sslmode=verify-ca&sslrootcert="+other.File), checks.ReasonTLS, "unknown authority")
		faulttest.Fails(t, by("sslmode=require&sslrootcert="+other.File), checks.ReasonTLS, "unknown authority")
		faulttest.Fails(t, by("sslmode=verify-full&sslrootcert=/no/such/file"), checks.ReasonInternal, "local: tls: ca_file /no/such/file")
	})
	t.Run("ignores what others leave in the environment", func(t *testing.T) {
		home := t.TempDir()
		for name, value := range map[string]string{
			"PGHOST": "192.0.2.1", "PGPORT": "1", "PGUSER": "nobody", "PGPASSWORD": "wrong", "PGDATABASE": "none", "PGSSLMODE": "verify-full",
			"PGAPPNAME": "x", "PGOPTIONS": "-c statement_timeout=1", "PGTARGETSESSIONATTRS": "standby", "PGREQUIREAUTH": "none",
			"PGCHANNELBINDING": "require", "PGSSLCERT": "/none", "PGSSLROOTCERT": "/none", "PGCONNECT_TIMEOUT": "x", "PGMINPROTOCOLVERSION": "9",
			"HOME": home,
		} {
			t.Setenv(name, value)
		}
		spec := fields
		spec.Query = "SELECT current_setting('application_name')"
		faulttest.Passes(t, spec, `query returned "healthcheck_exporter"`)
		t.Setenv("PGSERVICE", "x")
		faulttest.Fails(t, spec, checks.ReasonInternal, "local: the environment has PGSERVICE")
	})
	t.Run("fails", func(t *testing.T) {
		for _, c := range []struct {
			name   string
			spec   func(*postgres.Check)
			reason checks.Reason
			want   string
		}{
			{"with a wrong password", func(p *postgres.Check) { p.Password = faulttest.Planted + "x" }, checks.ReasonAuth,
				`login: password authentication failed for user "app" (SQLSTATE 28P01)`},
			{"without a password", func(p *postgres.Check) { p.Password = "" }, checks.ReasonAuth, "SQLSTATE 28P01"},
			{"without such a database", func(p *postgres.Check) { p.Database = "none" }, checks.ReasonStatus, `database "none" does not exist (SQLSTATE 3D000)`},
			{"without such a table", func(p *postgres.Check) { p.Query = "SELECT * FROM none" }, checks.ReasonStatus, "SQLSTATE 42P01"},
			{"without the right", func(p *postgres.Check) { p.Query = "SELECT * FROM secret" }, checks.ReasonAuth, "permission denied for table secret (SQLSTATE 42501)"},
			{"with another value", func(p *postgres.Check) { p.Expect = "2" }, checks.ReasonAssertion, `query returned "1", want "2"`},
			{"without a row", func(p *postgres.Check) { p.Query, p.Expect = "SELECT a FROM open", "1" }, checks.ReasonAssertion, `query returned no row, want "1"`},
			{"as a standby", func(p *postgres.Check) { p.Role = "standby" }, checks.ReasonAssertion, "role primary, want standby"},
			{"when it writes", func(p *postgres.Check) { p.Query = "INSERT INTO open VALUES (1)" }, checks.ReasonStatus, "SQLSTATE 25006"},
			{"with two statements", func(p *postgres.Check) { p.Query = "COMMIT; INSERT INTO open VALUES (1)" }, checks.ReasonStatus, "SQLSTATE 42601"},
			{"at its connection limit", func(p *postgres.Check) { p.User, p.Password = "one", "one" }, checks.ReasonStatus, "SQLSTATE 53300"},
			{"with rows beyond 64 KiB", func(p *postgres.Check) { p.Query = "SELECT repeat('x', 1000) FROM generate_series(1, 1000)" },
				checks.ReasonProtocol, "larger than 64KiB"},
			{"with a value beyond 64 KiB", func(p *postgres.Check) { p.Query = "SELECT repeat('x', 1000000)" },
				checks.ReasonProtocol, "larger than 64KiB"},
		} {
			t.Run(c.name, func(t *testing.T) {
				spec := fields
				c.spec(&spec)
				faulttest.LeavesNothing(t, func() { faulttest.Fails(t, spec, c.reason, c.want) })
			})
		}
		faulttest.Eventually(t, "rows that were written", "0", func() string { return s.PostgresSQL("SELECT count(*) FROM open") })
	})
	t.Run("has the server cut a slow query", func(t *testing.T) {
		slow := fields
		slow.Query = "SELECT pg_sleep(60)"
		faulttest.LeavesNothing(t, func() {
			o := faulttest.RunOnce(t, slow, 4*time.Second)
			o.Failed(t, checks.ReasonTimeout, "the query: canceling statement due to statement timeout (SQLSTATE 57014)")
			if o.Took >= 4*time.Second {
				t.Errorf("returned after %v, want before its timeout of 4s", o.Took)
			}
		})
		faulttest.IsCancelled(t, slow)
		faulttest.Eventually(t, "connections", "0", func() string { return pgConnections(s) })
		faulttest.IsCancelled(t, postgres.Check{Address: s.Socket + "/.s.PGSQL." + s.Port(), User: "postgres", Query: slow.Query})
		faulttest.Eventually(t, "connections", "0", func() string { return pgConnections(s) })
	})
	t.Run("does not wait for a lock", func(t *testing.T) {
		locked := fields
		locked.Query = "SELECT a FROM open"
		conn, err := pgconn.Connect(t.Context(), "user=postgres dbname=postgres host="+s.Socket+" port="+s.Port())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		if _, err = conn.Exec(t.Context(), "BEGIN; LOCK TABLE open").ReadAll(); err != nil {
			t.Fatal(err)
		}
		faulttest.RunOnce(t, locked, 3*time.Second).Failed(t, checks.ReasonTimeout, "SQLSTATE 57014")
	})
	t.Run("leaves no connection", func(t *testing.T) {
		faulttest.Eventually(t, "connections", "0", func() string { return pgConnections(s) })
	})
	t.Run("has a status when there are too many connections", func(t *testing.T) {
		var held []net.Conn
		for range 17 {
			held = append(held, pgHold(t, s, "app"))
		}
		faulttest.Fails(t, fields, checks.ReasonStatus, "SQLSTATE 53300")
		for _, conn := range held {
			conn.Close()
		}
		faulttest.Eventually(t, "check", `query returned "1"`, func() string { return faulttest.RunOnce(t, fields, 5*time.Second).Text() })
	})
	t.Run("stands the fault table", func(t *testing.T) {
		faulttest.Run(t, faulttest.Subject{
			Type: "postgres",
			Spec: func(address string) checks.Spec {
				p := fields
				p.Address = address
				return p
			},
			TLS: func(address string, settings checks.TLS) checks.Spec {
				p := fields
				p.Address, p.TLS = address, &settings
				return p
			},
			Secret: faulttest.Planted,
			Good:   faulttest.Proxy(s.Addr),
			StartTLS: func(conn net.Conn) error {
				if _, err := io.ReadFull(conn, make([]byte, 8)); err != nil {
					return err
				}
				_, err := conn.Write([]byte("S"))
				return err
			},
			Preamble: "R\x00\x00\x00\x08\x00\x00\x00\x00",
			Except: map[string]faulttest.Want{
				"plain on a tls port": {Reason: checks.ReasonProtocol, Text: "the reply to the request for TLS"},
			},
		})
	})
	t.Run("follows its server", func(t *testing.T) {
		s.Freeze()
		faulttest.TimesOut(t, fields, "logging in to ")
		faulttest.IsCancelled(t, fields)
		overTLS := fields
		overTLS.TLS = &checks.TLS{CAFile: s.CAFile}
		faulttest.TimesOut(t, overTLS, "waiting for the reply to the request for TLS from ")
		s.Thaw()
		faulttest.Passes(t, fields, `query returned "1"`)
		s.Stop()
		faulttest.LeavesNothing(t, func() { faulttest.Fails(t, fields, checks.ReasonRefused, "connection refused") })
		faulttest.Fails(t, postgres.Check{Address: s.Socket, User: "postgres"}, checks.ReasonRefused, "no such file")
		s.Start()
		faulttest.Passes(t, fields, `query returned "1"`)
	})
}

// A server that freezes in the middle of a query cannot cancel it.
func TestIsLeftWhenItFreezesInAQuery(t *testing.T) {
	s := testservers.Postgres(t)
	freezing := faulttest.Serve(t, faulttest.ProxyUntil(s.Addr, "pg_sleep"))
	spec := postgres.Check{Address: s.Addr, User: "postgres", Query: "SELECT pg_sleep(60)"}
	s.PostgresSQL("ALTER ROLE postgres PASSWORD '" + faulttest.Planted + "'")
	spec.Address, spec.Password = freezing, faulttest.Planted
	faulttest.TimesOut(t, spec, "waiting for the result of the query from ")
}

func TestStandby(t *testing.T) {
	primary := testservers.Postgres(t, "wal_level=replica", "max_wal_senders=3")
	primary.PostgresSQL("CREATE ROLE app LOGIN PASSWORD '" + faulttest.Planted + "'")
	standby := testservers.PostgresStandby(t, primary, "hot_standby=on")
	spec := postgres.Check{Address: standby.Addr, User: "app", Password: faulttest.Planted, Database: "postgres", Role: "standby"}
	faulttest.Passes(t, spec, `standby, query returned "1"`)
	faulttest.Passes(t, postgres.Check{DSN: pgDSN(standby.Addr, "target_session_attrs=standby")}, `standby, query returned "1"`)
	faulttest.Passes(t, postgres.Check{DSN: pgDSN(primary.Addr+","+standby.Addr, "target_session_attrs=prefer-standby")}, `standby, query returned "1"`)
	faulttest.Passes(t, postgres.Check{DSN: pgDSN(primary.Addr, "target_session_attrs=prefer-standby")}, `query returned "1"`)
	spec.Role = "primary"
	faulttest.Fails(t, spec, checks.ReasonAssertion, "role standby, want primary")
	faulttest.Fails(t, postgres.Check{DSN: pgDSN(standby.Addr, "target_session_attrs=read-write")}, checks.ReasonAssertion, "role standby, want primary")
}

func TestBuildSaysAllFaultsAtOnce(t *testing.T) {
	const address = "address: missing, want host:port or the path of a unix socket"
	const user = "user: missing, want the role that logs in"
	ok := postgres.Check{Address: "db:5432", User: "app"}
	with := func(f func(*postgres.Check)) postgres.Check {
		p := ok
		f(&p)
		return p
	}
	faulttest.BuildFails(t, postgres.Check{}, address, user)
	faulttest.BuildFails(t, postgres.Check{Role: "master"}, address, user, `role: "master", want primary or standby`)
	faulttest.BuildFails(t, with(func(p *postgres.Check) { p.Password, p.PasswordFile = faulttest.Planted, "/p" }), "password: given beside password_file, want one of them")
	faulttest.BuildFails(t, with(func(p *postgres.Check) { p.TLS = &checks.TLS{MinVersion: "SSL3"} }), `tls.min_version: "SSL3", want TLS10, TLS11, TLS12 or TLS13`)
	faulttest.BuildFails(t, with(func(p *postgres.Check) { p.Address, p.TLS = "/run/postgresql", &checks.TLS{} }), "tls: given for a unix socket, want host:port")
	faulttest.BuildFails(t, postgres.Check{DSN: pgDSN("db", ""), DSNFile: "/d"}, "dsn: given beside dsn_file, want one of them")
	faulttest.BuildFails(t, postgres.Check{DSN: pgDSN("db", ""), Address: "db:1", User: "u", Database: "d"},
		"address: given beside a dsn, want one of them", "user: given beside a dsn, want one of them", "database: given beside a dsn, want one of them")
	faulttest.BuildFails(t, postgres.Check{DSNFile: "/d", User: "u"}, "user: given beside a dsn, want one of them")
}

func TestBuildShowsNothingOfABadDSN(t *testing.T) {
	const syntax = "dsn: is neither a URL (postgres://user:password@host:5432/database) nor keywords (host=… user=… dbname=…)"
	const encoding = "dsn: is not a URL; likely the user or password has a character that must be percent-encoded: " +
		"@ as %40, / as %2F, : as %3A, ? as %3F, # as %23, % as %25"
	const parameter = "dsn: has an unknown parameter, want some of host, port, user, password, dbname, sslmode, sslnegotiation, sslrootcert, sslcert, sslkey, " +
		"channel_binding, target_session_attrs, application_name, options, search_path, client_encoding, timezone"
	const sslmode = "dsn: sslmode is not disable, allow, prefer, require, verify-ca or verify-full"
	for _, c := range []struct{ dsn, want string }{
		{faulttest.Planted, syntax},
		{"postgres://app:" + faulttest.Planted + "@db/x", encoding},
		{"postgres://app:a%zz" + faulttest.Planted + "@db/x", encoding},
		{"postgres://app:pass/word@db/x", encoding},
		{"postgres://app:p@ssword@db/x", encoding},
		{"postgres://app:pass#word@db/x", encoding},
		{"postgres://app:pass word@db/x", encoding},
		{"postgres://app:pw@[::1]x/y", encoding},
		{"host=db user=app password='" + faulttest.Planted, syntax},
		{"host=db user=app password=two words " + faulttest.Planted, syntax},
		{"host=db user=app password=" + faulttest.Planted + "\x00", syntax},
		{"postgres://app:pw?ssword@db/x", encoding},
		{"postgres://db?ssword@x/y", encoding},
		{"postgres://app:pw@db?secret=x", parameter},
		{"host=db user=app password=x secret=" + faulttest.Planted, parameter},
		{"host=db user=app password=" + faulttest.Planted + " sslmode=maybe", sslmode},
		{"host=a,b,c port=1,2 user=app", "dsn: has 3 hosts and 2 ports, want a port for each or one for all"},
		{"host=a,,c user=app", "dsn: has no host, want a name, an address or the directory of a unix socket"},
		{"host=db user=app channel_binding=" + faulttest.Planted, "dsn: channel_binding is not disable, prefer or require"},
		{"host=db user=app sslnegotiation=" + faulttest.Planted, "dsn: sslnegotiation is not postgres or direct"},
		{"host=db user=app sslnegotiation=direct", "dsn: sslnegotiation=direct needs sslmode require, verify-ca or verify-full"},
		{"user=app", "dsn: has no host, want a name, an address or the directory of a unix socket"},
		{"host=db user=app port=" + faulttest.Planted, "dsn: has no valid port, want 1 to 65535"},
		{"host=db", "dsn: has no user, want the role that logs in"},
		{"host=db user=app service=x", "dsn: has the parameter service, which is not supported"},
		{"host=db user=app target_session_attrs=" + faulttest.Planted, "dsn: target_session_attrs is not any, read-write, read-only, primary, standby or prefer-standby"},
		{"host=db user=app sslcert=/c", "dsn: has one of sslcert and sslkey, want both or neither"},
	} {
		faulttest.BuildFails(t, postgres.Check{DSN: checks.Secret(c.dsn)}, c.want)
		faulttest.RunOnce(t, postgres.Check{DSNFile: faulttest.SecretFile(t, c.dsn)}, time.Second).Failed(t, checks.ReasonInternal, c.want)
	}
	faulttest.BuildFails(t, postgres.Check{DSN: pgDSN("db", ""), Password: faulttest.Planted}, "password: given, and the dsn has one, want one of them")
	faulttest.BuildFails(t, postgres.Check{DSN: pgDSN("db", "sslmode=require"), TLS: &checks.TLS{}}, "tls: given, and the dsn has ssl parameters, want one of them")
	faulttest.BuildFails(t, postgres.Check{DSN: pgDSN("db", "sslrootcert=/ca.pem"), TLS: &checks.TLS{}}, "tls: given, and the dsn has ssl parameters, want one of them")
	if _, err := (postgres.Check{DSN: pgDSN("db", ""), TLS: &checks.TLS{}}).Build(); err != nil {
		t.Errorf("Build of a DSN beside tls: %v", err)
	}
	faulttest.BuildFails(t, postgres.Check{DSN: pgDSN("db", "target_session_attrs=standby"), Role: "primary"}, "role: primary contradicts target_session_attrs in the dsn")
}

func TestPrintsNoPassword(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if got := fmt.Sprintf(verb, postgres.Check{DSN: pgDSN("db", ""), Password: faulttest.Planted}); strings.Contains(got, "4nted") {
			t.Errorf("%s of a Postgres = %s, want no password in it", verb, got)
		}
	}
}

// FuzzDSN looks for DSNs that panic or show themselves in an error.
func FuzzDSN(f *testing.F) {
	for _, dsn := range []string{
		"postgres://u:%s@h/d", "host=h user=u password=%s", "host=h user=u password='%s", "%s", "postgres://%s", "postgresql://u:%s@h:1,h:2/d?sslmode=require",
		`host=h password=\%s`, "postgres://h/d?%s", "host=%s", "=%s", "a=b=%s '",
	} {
		f.Add(dsn)
	}
	const secret = "Canary4711"
	f.Fuzz(func(t *testing.T, dsn string) {
		dsn = strings.ReplaceAll(dsn, "%s", secret)
		_, err := postgres.Check{DSN: checks.Secret(dsn)}.Build()
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("Build of %q shows it: %v", dsn, err)
		}
	})
}

// pgConnections counts the connections of clients, except the one that asks.
func pgConnections(s *testservers.Server) string {
	return s.PostgresSQL("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
}

// pgHold opens a connection that waits in the middle of its login, where it
// already has one of the server's places.
func pgHold(t *testing.T, s *testservers.Server, user string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	words := "user\x00" + user + "\x00database\x00postgres\x00\x00"
	message := binary.BigEndian.AppendUint32(nil, uint32(8+len(words)))
	message = binary.BigEndian.AppendUint32(message, 3<<16)
	if _, err = conn.Write(append(message, words...)); err != nil {
		t.Fatal(err)
	}
	if _, err = conn.Read(make([]byte, 1024)); err != nil {
		t.Fatal(err)
	}
	return conn
}
