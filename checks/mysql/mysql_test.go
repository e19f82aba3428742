//go:build unix

package mysql_test

import (
	"crypto/tls"
	"database/sql"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	client "github.com/go-sql-driver/mysql"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// mysqlDSN is a DSN of user app with the planted password.
func mysqlDSN(hostport, parameters string) checks.Secret {
	return checks.Secret("app:" + faulttest.Planted + "@tcp(" + hostport + ")/shop?" + parameters)
}

// Making a server takes seconds: all tests of healthy answers share one.
func TestMySQL(t *testing.T) {
	s := testservers.MariaDB(t, "--max-connections=10", "--max-connect-errors=1000000")
	for _, statement := range []string{
		"CREATE DATABASE shop", "CREATE DATABASE hidden", "CREATE TABLE shop.open (a int)", "CREATE TABLE shop.secret (a int)",
		"CREATE USER app@'127.0.0.1' IDENTIFIED BY '" + faulttest.Planted + "'", "CREATE USER one@'127.0.0.1' IDENTIFIED BY 'one' WITH MAX_USER_CONNECTIONS 1",
		"GRANT SELECT, INSERT ON shop.open TO app@'127.0.0.1'", "CREATE USER elsewhere@'192.0.2.1'",
	} {
		s.MariaDBSQL(statement)
	}
	fields := mysql.Check{Address: s.Addr, User: "app", Password: faulttest.Planted, Database: "shop"}
	localhost := "localhost:" + s.Port()

	t.Run("passes", func(t *testing.T) {
		for _, c := range []struct {
			name string
			spec func(*mysql.Check)
			want string
		}{
			{"by SELECT 1", func(*mysql.Check) {}, `query returned "1"`},
			{"without a database", func(m *mysql.Check) { m.Database = "" }, `query returned "1"`},
			{"with a value", func(m *mysql.Check) { m.Query, m.Expect = "SELECT 'a', 2", "a" }, `query returned "a"`},
			{"with a variable", func(m *mysql.Check) { m.Query, m.Expect = "SELECT @@global.read_only", "0" }, `query returned "0"`},
			{"with a decimal", func(m *mysql.Check) { m.Query, m.Expect = "SELECT 1.50", "1.50" }, `query returned "1.50"`},
			{"with a date", func(m *mysql.Check) {
				m.Query, m.Expect = "SELECT TIMESTAMP '2026-11-22 10:00:00'", "2026-11-22 10:00:00"
			}, `query returned "2026-11-22 10:00:00"`},
			{"with a big number", func(m *mysql.Check) { m.Query, m.Expect = "SELECT 18446744073709551615", "18446744073709551615" }, `query returned "18446744073709551615"`},
			{"with nothing", func(m *mysql.Check) { m.Query, m.Expect = "SELECT NULL", "NULL" }, `query returned "NULL"`},
			{"with the first of many", func(m *mysql.Check) { m.Query, m.Expect = "SELECT 1 UNION ALL SELECT 2", "1" }, `query returned "1"`},
			{"without a row", func(m *mysql.Check) { m.Query = "SELECT a FROM open" }, "query returned no row"},
			{"with a statement without rows", func(m *mysql.Check) { m.Query = "DO 1" }, "query returned no row"},
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
		faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(s.Addr, "")}, want)
		faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(s.Addr, "timeout=1ns&readTimeout=1ns&maxAllowedPacket=0&compress=true&rejectReadOnly=true&charset=utf8mb4&allowAllFiles=true")}, want)
		faulttest.Passes(t, mysql.Check{DSNFile: faulttest.SecretFile(t, string(mysqlDSN(s.Addr, ""))+"\n")}, want)
		faulttest.Passes(t, mysql.Check{DSN: checks.Secret("app@tcp(" + s.Addr + ")/"), PasswordFile: faulttest.SecretFile(t, faulttest.Planted)}, want)
		faulttest.Passes(t, mysql.Check{DSN: checks.Secret("root@unix(" + s.Socket + ")/")}, want)
		faulttest.Passes(t, mysql.Check{Address: s.Socket, User: "root"}, want)
	})
	t.Run("over TLS", func(t *testing.T) {
		const query = "SELECT VARIABLE_VALUE <> '' FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'SSL_CIPHER'"
		const tls, plain = `query returned "1"`, `query returned "0"`
		over := func(tls *checks.TLS, address string) mysql.Check {
			return mysql.Check{Address: address, User: "app", Password: faulttest.Planted, TLS: tls, Query: query}
		}
		o := faulttest.Passes(t, over(&checks.TLS{CAFile: s.CAFile}, localhost), tls)
		if o.Observed["tls_not_after_timestamp_seconds"] < float64(time.Now().Unix()) {
			t.Errorf("observed %v, want when the certificate ends", o.Observed)
		}
		faulttest.Passes(t, over(&checks.TLS{InsecureSkipVerify: true}, s.Addr), tls)
		faulttest.Passes(t, over(nil, s.Addr), plain)
		faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(s.Addr, "tls=skip-verify"), Query: query}, tls)
		faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(s.Addr, "tls=preferred"), Query: query}, tls)
		faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(localhost, ""), TLS: &checks.TLS{CAFile: s.CAFile}, Query: query}, tls)
		faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(s.Addr, "tls=false"), Query: query}, plain)
		faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(s.Addr, "tls=skip-verify&charset=utf8mb4&sql_mode=''"), Query: query}, tls)
		faulttest.Passes(t, mysql.Check{DSN: checks.Secret("root@unix(" + s.Socket + ")/?tls=skip-verify"), Query: query}, tls)
		faulttest.LeavesNothing(t, func() { faulttest.Passes(t, over(&checks.TLS{CAFile: s.CAFile}, localhost), tls) })
		faulttest.LeavesNothing(t, func() {
			faulttest.Fails(t, over(&checks.TLS{}, localhost), checks.ReasonTLS, "unknown authority")
			faulttest.Fails(t, mysql.Check{DSN: mysqlDSN(localhost, "tls=true")}, checks.ReasonTLS, "unknown authority")
			faulttest.Fails(t, over(&checks.TLS{CAFile: s.CAFile, ServerName: "db.example.org"}, localhost), checks.ReasonTLS, "not db.example.org")
			faulttest.Fails(t, over(&checks.TLS{CAFile: "/no/such/file"}, localhost), checks.ReasonInternal, "local: tls: ca_file /no/such/file")
		})
	})
	t.Run("fails", func(t *testing.T) {
		for _, c := range []struct {
			name   string
			spec   func(*mysql.Check)
			reason checks.Reason
			want   string
		}{
			{"with a wrong password", func(m *mysql.Check) { m.Password = faulttest.Planted + "x" }, checks.ReasonAuth,
				"login: Access denied for user 'app'@'127.0.0.1' (using password: YES) (error 1045)"},
			{"without a password", func(m *mysql.Check) { m.Password = "" }, checks.ReasonAuth, "(error 1045)"},
			{"as a user of another host", func(m *mysql.Check) { m.User, m.Password = "elsewhere", "" }, checks.ReasonAuth, "(error 1045)"},
			{"without the right to a database", func(m *mysql.Check) { m.Database = "hidden" }, checks.ReasonAuth, "(error 1044)"},
			{"without such a table", func(m *mysql.Check) {
				m.User, m.Password, m.Address, m.Query = "root", "", s.Socket, "SELECT a FROM none"
			},
				checks.ReasonStatus, "Table 'shop.none' doesn't exist (error 1146)"},
			{"without such a database", func(m *mysql.Check) { m.User, m.Password, m.Address, m.Database = "root", "", s.Socket, "none" },
				checks.ReasonStatus, "Unknown database 'none' (error 1049)"},
			{"without the right", func(m *mysql.Check) { m.Query = "SELECT a FROM secret" }, checks.ReasonAuth, "(error 1142)"},
			{"with another value", func(m *mysql.Check) { m.Expect = "2" }, checks.ReasonAssertion, `query returned "1", want "2"`},
			{"without a row", func(m *mysql.Check) { m.Query, m.Expect = "SELECT a FROM open", "1" }, checks.ReasonAssertion, `query returned no row, want "1"`},
			{"when it writes", func(m *mysql.Check) { m.Query = "INSERT INTO open VALUES (1)" }, checks.ReasonStatus, "READ ONLY transaction (error 1792)"},
			{"with two statements", func(m *mysql.Check) {
				m.Query, m.DSN = "SET SESSION TRANSACTION READ WRITE; INSERT INTO open VALUES (1)", mysqlDSN(s.Addr, "multiStatements=true")
				m.Address, m.User, m.Password, m.Database = "", "", "", ""
			}, checks.ReasonStatus, "(error 1064)"},
			{"when it wants our files", func(m *mysql.Check) { m.Query = "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE open" }, checks.ReasonStatus, "the query: "},
			{"with rows beyond 64 KiB", func(m *mysql.Check) {
				m.Query = "WITH RECURSIVE n AS (SELECT 1 a UNION ALL SELECT a + 1 FROM n WHERE a < 1000) SELECT REPEAT('x', 1000) FROM n"
			},
				checks.ReasonProtocol, "larger than 64KiB"},
			{"with a value beyond 64 KiB", func(m *mysql.Check) { m.Query = "SELECT REPEAT('x', 1000000)" },
				checks.ReasonProtocol, "larger than 64KiB"},
		} {
			t.Run(c.name, func(t *testing.T) {
				spec := fields
				c.spec(&spec)
				faulttest.LeavesNothing(t, func() { faulttest.Fails(t, spec, c.reason, c.want) })
			})
		}
		faulttest.Eventually(t, "rows that were written", "0", func() string { return s.MariaDBSQL("SELECT COUNT(*) FROM shop.open") })
	})
	t.Run("has the server cut a slow query", func(t *testing.T) {
		slow := fields
		slow.Query = "SELECT SLEEP(60)"
		faulttest.LeavesNothing(t, func() {
			o := faulttest.RunOnce(t, slow, 4*time.Second)
			o.Failed(t, checks.ReasonTimeout, "(max_statement_time exceeded) (error 1969)")
			if o.Took >= 4*time.Second {
				t.Errorf("returned after %v, want before its timeout of 4s", o.Took)
			}
		})
		faulttest.IsCancelled(t, slow)
		faulttest.Eventually(t, "connections", "0", func() string { return mysqlConnections(s) })
	})
	t.Run("does not wait for a lock", func(t *testing.T) {
		locked := fields
		locked.Query = "SELECT a FROM open"
		config := client.NewConfig()
		config.Net, config.Addr, config.User = "unix", s.Socket, "root"
		connector, err := client.NewConnector(config)
		if err != nil {
			t.Fatal(err)
		}
		db := sql.OpenDB(connector)
		defer db.Close()
		db.SetMaxOpenConns(1)
		if _, err = db.ExecContext(t.Context(), "LOCK TABLES shop.open WRITE"); err != nil {
			t.Fatal(err)
		}
		faulttest.RunOnce(t, locked, 3*time.Second).Failed(t, checks.ReasonTimeout, "the query: ")
	})
	t.Run("has a status when there are too many connections", func(t *testing.T) {
		var held []net.Conn
		for range 11 {
			conn, err := net.Dial("tcp", s.Addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err = conn.Read(make([]byte, 256)); err != nil {
				t.Fatal(err)
			}
			held = append(held, conn)
		}
		faulttest.Fails(t, fields, checks.ReasonStatus, "login: Too many connections (error 1040)")
		for _, conn := range held {
			conn.Close()
		}
		faulttest.Eventually(t, "check", `query returned "1"`, func() string { return faulttest.RunOnce(t, fields, 5*time.Second).Text() })
	})
	t.Run("stands the fault table", func(t *testing.T) {
		faulttest.Run(t, faulttest.Subject{
			Type: "mysql",
			Spec: func(address string) checks.Spec {
				m := fields
				m.Address = address
				return m
			},
			TLS: func(address string, settings checks.TLS) checks.Spec {
				m := fields
				m.Address, m.TLS = address, &settings
				return m
			},
			Secret:   faulttest.Planted,
			Good:     faulttest.Proxy(s.Addr),
			StartTLS: greet(mysqlGreeting(t, s)),
			Preamble: string(mysqlGreeting(t, s)[:40]),
			Except: map[string]faulttest.Want{
				"good over tls":       {Skip: "the server's greeting goes before TLS, and a proxy can't send it twice"},
				"plain on a tls port": {Reason: checks.ReasonProtocol, Text: "logging in to"},
			},
		})
	})
	t.Run("says that the server has no TLS", func(t *testing.T) {
		greeting := mysqlGreeting(t, s)
		without := append([]byte(nil), greeting...)
		// The capabilities begin 14 bytes after the version's end; 0x08 in their second byte is TLS.
		without[strings.IndexByte(string(without[5:]), 0)+5+14+1] &^= 0x08
		spec := fields
		spec.Address = faulttest.Serve(t, func(conn net.Conn) { conn.Write(without); conn.Read(make([]byte, 1)) })
		spec.TLS = &checks.TLS{}
		faulttest.LeavesNothing(t, func() { faulttest.Fails(t, spec, checks.ReasonTLS, "server has no TLS, want TLS") })
		// A word of the DSN does not soften ours.
		spec = mysql.Check{DSN: mysqlDSN(spec.Address, "allowFallbackToPlaintext=true"), TLS: &checks.TLS{}}
		faulttest.Fails(t, spec, checks.ReasonTLS, "server has no TLS, want TLS")
	})
	t.Run("does not believe a greeting that is cut off", func(t *testing.T) {
		greeting := mysqlGreeting(t, s)
		for n := 5; n < len(greeting); n += 7 {
			short := append([]byte{byte(n - 4), 0, 0, 0}, greeting[4:n]...)
			spec := fields
			spec.Address = faulttest.Serve(t, func(conn net.Conn) { conn.Write(short); conn.Read(make([]byte, 1)) })
			faulttest.LeavesNothing(t, func() {
				if o := faulttest.RunOnce(t, spec, 5*time.Second); checks.ReasonOf(o.Err) != checks.ReasonProtocol {
					t.Errorf("greeting of %d bytes: %s, %v; want the reason protocol", n, checks.ReasonOf(o.Err), o.Err)
				}
			})
		}
	})
	t.Run("follows its server", func(t *testing.T) {
		faulttest.Eventually(t, "connections", "0", func() string { return mysqlConnections(s) })
		s.Freeze()
		faulttest.TimesOut(t, fields, "logging in to ")
		faulttest.IsCancelled(t, fields)
		s.Thaw()
		faulttest.Passes(t, fields, `query returned "1"`)
		s.Stop()
		faulttest.LeavesNothing(t, func() { faulttest.Fails(t, fields, checks.ReasonRefused, "connection refused") })
		faulttest.Fails(t, mysql.Check{Address: s.Socket, User: "root"}, checks.ReasonRefused, "no such file")
		s.Start()
		faulttest.Passes(t, fields, `query returned "1"`)
	})
}

func TestMySQLBuildSaysAllFaultsAtOnce(t *testing.T) {
	const address = "address: missing, want host:port or the path of a unix socket"
	const user = "user: missing, want the account that logs in"
	with := func(f func(*mysql.Check)) mysql.Check {
		m := mysql.Check{Address: "db:3306", User: "app"}
		f(&m)
		return m
	}
	faulttest.BuildFails(t, mysql.Check{}, address, user)
	faulttest.BuildFails(t, mysql.Check{TLS: &checks.TLS{KeyFile: "/k"}}, address, user, "tls.key_file: given without cert_file")
	faulttest.BuildFails(t, with(func(m *mysql.Check) { m.Password, m.PasswordFile = faulttest.Planted, "/p" }), "password: given beside password_file, want one of them")
	faulttest.BuildFails(t, with(func(m *mysql.Check) { m.Address, m.TLS = "/run/mysqld.sock", &checks.TLS{} }), "tls: given for a unix socket, want host:port")
	faulttest.BuildFails(t, mysql.Check{DSN: mysqlDSN("db:1", ""), DSNFile: "/d"}, "dsn: given beside dsn_file, want one of them")
	faulttest.BuildFails(t, mysql.Check{DSN: mysqlDSN("db:1", ""), Address: "db:1", User: "u", Database: "d"},
		"address: given beside a dsn, want one of them", "user: given beside a dsn, want one of them", "database: given beside a dsn, want one of them")
}

func TestMySQLBuildShowsNothingOfABadDSN(t *testing.T) {
	const syntax = "dsn: want user:password@tcp(host:3306)/database?parameter=value or user:password@unix(/path)/database"
	for _, c := range []struct{ dsn, want string }{
		{"app:" + faulttest.Planted + "@tcp(db:3306)", syntax},
		{"app:" + faulttest.Planted + "@tcp(db:3306/shop", syntax},
		{"app:" + faulttest.Planted + "@tcp(db:3306)/?strict=true", syntax},
		{"app:pw@tcp(db:3306)/?tls=" + faulttest.Planted, syntax},
		{"app:pw@tcp(db:3306)/?timeout=" + faulttest.Planted, syntax},
		{"app:pw@tcp(db:3306)/%zz" + faulttest.Planted, syntax},
		{"app:pw@" + faulttest.Planted + "(db:3306)/", "dsn: want tcp(host:port) or unix(/path)"},
		{"tcp(db:3306)/", "dsn: has no user, want the account that logs in"},
		{"app:pw@tcp(db:99999)/", "dsn: want tcp(host:port) with a port of 1 to 65535"},
		{"mysql://app:" + faulttest.Planted + "@db/shop", "dsn: is a URL, want user:password@tcp(host:3306)/database?parameter=value"},
	} {
		faulttest.BuildFails(t, mysql.Check{DSN: checks.Secret(c.dsn)}, c.want)
		faulttest.RunOnce(t, mysql.Check{DSNFile: faulttest.SecretFile(t, c.dsn)}, time.Second).Failed(t, checks.ReasonInternal, c.want)
	}
	faulttest.BuildFails(t, mysql.Check{DSN: mysqlDSN("db:1", ""), Password: faulttest.Planted}, "password: given, and the dsn has one, want one of them")
	faulttest.BuildFails(t, mysql.Check{DSN: mysqlDSN("db:1", "tls=true"), TLS: &checks.TLS{}}, "tls: given, and the dsn has the parameter tls, want one of them")
	faulttest.BuildFails(t, mysql.Check{DSN: checks.Secret("app@unix(/s)/"), TLS: &checks.TLS{}}, "tls: given for a unix socket, want host:port")
}

func TestMySQLPrintsNoPassword(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if got := fmt.Sprintf(verb, mysql.Check{DSN: mysqlDSN("db:1", ""), Password: faulttest.Planted}); strings.Contains(got, faulttest.Planted) {
			t.Errorf("%s of a MySQL = %s, want no password in it", verb, got)
		}
	}
}

// FuzzDSN looks for DSNs that panic or show themselves in an error.
func FuzzDSN(f *testing.F) {
	for _, dsn := range []string{"u:%s@tcp(h:1)/d", "%s", "u:%s@/", "/%s?%s=%s&tls=%s", "u@unix(%s)/", "u:p@%s(h)/", "/?strict=1"} {
		f.Add(dsn)
	}
	const secret = "Canary4711"
	f.Fuzz(func(t *testing.T, dsn string) {
		dsn = strings.ReplaceAll(dsn, "%s", secret)
		_, err := mysql.Check{DSN: checks.Secret(dsn)}.Build()
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("Build of %q shows it: %v", dsn, err)
		}
	})
}

// mysqlConnections counts the connections of app.
func mysqlConnections(s *testservers.Server) string {
	return s.MariaDBSQL("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'app'")
}

// mysqlGreeting is the first packet of the server.
func mysqlGreeting(t *testing.T, s *testservers.Server) []byte {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	packet := make([]byte, 1024)
	n, err := conn.Read(packet)
	if err != nil {
		t.Fatal(err)
	}
	return packet[:n]
}

// greet sends a greeting and reads the request for TLS.
func greet(greeting []byte) func(net.Conn) error {
	return func(conn net.Conn) error {
		if _, err := conn.Write(greeting); err != nil {
			return err
		}
		_, err := conn.Read(make([]byte, 36))
		return err
	}
}

// plainGreeting is that of a server which asks for the password as MySQL has always done.
var plainGreeting = "\x0a8.4.0\x00" + "\x01\x00\x00\x00" + "12345678\x00" + "\xff\xf7" + "\x21\x02\x00" + "\xff\xdf" + "\x15" +
	strings.Repeat("\x00", 10) + "123456789012\x00" + "mysql_native_password\x00"

// serveMySQL answers the login with one packet and each statement with some,
// over TLS if it has a configuration for that.
func serveMySQL(t *testing.T, config *tls.Config, login string, answer ...string) (address string) {
	return faulttest.Serve(t, func(conn net.Conn) {
		conn, sequence := greeted(conn, config, plainGreeting)
		buffer := make([]byte, 4096)
		for _, packets := range [][]string{{login}, answer, answer, answer} {
			conn.Read(buffer)
			for _, content := range packets {
				conn.Write(mysqlPacket(sequence, content))
				sequence++
			}
			sequence = 1
		}
		conn.Read(buffer)
	})
}

// greeted greets, and begins TLS if there is a configuration. It returns the
// number of the answer to the login.
func greeted(conn net.Conn, config *tls.Config, greeting string) (over net.Conn, sequence byte) {
	if config == nil {
		conn.Write(mysqlPacket(0, greeting))
		return conn, 2
	}
	// The first two capabilities, of which TLS is one, are ff f7 without it.
	greet(mysqlPacket(0, strings.Replace(greeting, "\xff\xf7", "\xff\xff", 1)))(conn)
	return tls.Server(conn, config), 3
}

func mysqlPacket(sequence byte, content string) []byte {
	return append([]byte{byte(len(content)), byte(len(content) >> 8), byte(len(content) >> 16), sequence}, content...)
}

const mysqlOK = "\x00\x00\x00\x02\x00\x00\x00"

// The driver makes room for as many columns as an answer claims to have: what
// cannot be is not handed to it.
func TestMySQLMakesNoRoomForColumnsThatCannotBe(t *testing.T) {
	const andMore = "\x00\x00\x00\x0a\x00\x00\x00" // All is well, and another answer follows.
	for name, answer := range map[string][]string{
		"4097":                     {"\xfc\x01\x10"},
		"16 million":               {"\xfd\xff\xff\xff"},
		"8 billion":                {"\xfe\x00\x00\x7f\xff\x01\x00\x00\x00"},
		"less than none":           {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff"},
		"a number cut off":         {"\xfc\x01"},
		"in another answer":        {andMore, "\xfe\x00\x00\x7f\xff\x01\x00\x00\x00"},
		"in another after another": {andMore, andMore, "\xfd\xff\xff\xff"},
	} {
		makesNoRoom := func(t *testing.T) {
			spec := mysql.Check{Address: serveMySQL(t, nil, mysqlOK, answer...), User: "app", Password: faulttest.Planted}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			faulttest.LeavesNothing(t, func() {
				faulttest.RunOnce(t, spec, 5*time.Second).Failed(t, checks.ReasonProtocol, "reply not understood: malformed packet")
			})
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
				t.Errorf("the run has used %d bytes", used)
			}
		}
		t.Run(name, makesNoRoom)
	}
}

// FuzzPackets looks for packets of a server that panic the driver, hang
// the check, or leave a goroutine.
func FuzzPackets(f *testing.F) {
	for _, reply := range []string{"\x00\x00\x00\x02\x00\x00\x00", "\xff\x15\x04#28000no", "\xfemysql_native_password\x00", "\xfemysql_native_password\x0012345678901234567890\x00", "\xfemysql_old_password\x00x", "\xfe", "\x01\x03", "\x00", "\xff", "\x01\x04\x05"} {
		f.Add([]byte(plainGreeting), []byte(reply), []byte(reply))
	}
	f.Add([]byte("\xff\x10\x04Too many connections"), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, greeting, login, answer []byte) {
		address := faulttest.Serve(t, func(conn net.Conn) {
			buffer := make([]byte, 4096)
			for i, content := range [][]byte{greeting, login, answer, answer, answer} {
				header := []byte{byte(len(content)), byte(len(content) >> 8), byte(len(content) >> 16), byte(max(1, 2*i))}
				if i != 1 {
					header[3] = byte(min(i, 1))
				}
				conn.Write(append(header, content...))
				conn.Read(buffer)
			}
		})
		faulttest.LeavesNothing(t, func() {
			faulttest.RunOnce(t, mysql.Check{Address: address, User: "app", Password: faulttest.Planted}, 200*time.Millisecond)
		})
	})
}

// A panic of the driver in its login would leave a goroutine of it.
func TestMySQLHandsNoMalformedPacketToTheDriver(t *testing.T) {
	for name, reply := range map[string]string{
		"nothing":                 "",
		"an OK cut off":           "\x00",
		"an error cut off":        "\xff",
		"a state cut off":         "\xff\x15\x04#28",
		"a scramble cut off":      "\xfemysql_native_password\x00short",
		"an old scramble cut off": "\xfemysql_old_password\x00x",
		"no key":                  "\x01\x04\x05",
		"another kind":            "\x02",
	} {
		t.Run(name, func(t *testing.T) {
			spec := mysql.Check{Address: serveMySQL(t, nil, reply, mysqlOK), User: "app", Password: faulttest.Planted}
			faulttest.LeavesNothing(t, func() {
				faulttest.Fails(t, spec, checks.ReasonProtocol, "logging in to "+spec.Address+": reply not understood: malformed packet")
			})
		})
	}
}
