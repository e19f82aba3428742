//go:build unix

package mysql_test

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// A password is sent as it is only within TLS, so that the driver has to know.
func TestMySQLSendsAPlainPasswordOverTLS(t *testing.T) {
	const askForIt = "\x01\x04"
	greeting := strings.Replace(plainGreeting, "mysql_native_password", "caching_sha2_password", 1)
	certs := faulttest.Certificates(t)
	for name, config := range map[string]*tls.Config{
		"TLS 1.2": {Certificates: certs.Good.Config().Certificates, MaxVersion: tls.VersionTLS12},
		"TLS 1.3": {Certificates: certs.Good.Config().Certificates, MinVersion: tls.VersionTLS13},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan string, 1)
			address := faulttest.Serve(t, func(conn net.Conn) {
				conn, sequence := greeted(conn, config, greeting)
				buffer := make([]byte, 4096)
				conn.Read(buffer)
				conn.Write(mysqlPacket(sequence, askForIt))
				n, _ := conn.Read(buffer)
				got <- string(buffer[:n])
				conn.Write(mysqlPacket(sequence+2, mysqlOK))
				for range 3 {
					conn.Read(buffer)
					conn.Write(mysqlPacket(1, mysqlOK))
				}
				conn.Read(buffer)
			})
			spec := mysql.Check{Address: address, User: "app", Password: faulttest.Planted, TLS: &checks.TLS{CAFile: certs.CAFile}}
			faulttest.LeavesNothing(t, func() { faulttest.Passes(t, spec, "query returned no row") })
			if packet, want := <-got, "\x04"+faulttest.Planted+"\x00"; !strings.HasSuffix(packet, want) {
				t.Errorf("the server has read %q, want the packet 4 with the password", packet)
			}
		})
	}
}

// The password must not go out in plain text because a file is missing.
func TestMySQLWithBadTLSFilesDoesNotLogIn(t *testing.T) {
	for _, settings := range []checks.TLS{{CAFile: "/no/such/file"}, {CertFile: "/no/such/file", KeyFile: "/no/such/file"}} {
		received := make(chan int, 1)
		address := faulttest.Serve(t, func(conn net.Conn) {
			conn, _ = greeted(conn, nil, plainGreeting)
			n, _ := conn.Read(make([]byte, 4096))
			received <- n
		})
		spec := mysql.Check{Address: address, User: "app", Password: faulttest.Planted, TLS: &settings}
		faulttest.LeavesNothing(t, func() { faulttest.Fails(t, spec, checks.ReasonInternal, "_file /no/such/file: no such file") })
		if n := <-received; n > 0 {
			t.Errorf("the server has read %d bytes, want nothing", n)
		}
	}
}

func TestMySQLJudgesTheDaysOfTheCertificate(t *testing.T) {
	certs := faulttest.Certificates(t)
	for settings, want := range map[checks.TLS]checks.Reason{
		{CAFile: certs.CAFile, FailDays: 40}: checks.ReasonThreshold, {CAFile: certs.CAFile, WarnDays: 40}: "", {CAFile: certs.CAFile}: "",
	} {
		spec := mysql.Check{Address: serveMySQL(t, certs.Good.Config(), mysqlOK, mysqlOK), User: "app", Password: faulttest.Planted, TLS: &settings}
		if want != "" {
			faulttest.Fails(t, spec, want, "certificate expires in 29 days")
			continue
		}
		o := faulttest.RunOnce(t, spec, 10*time.Second)
		if _, warned := checks.Warning(o.Err); o.Output != "query returned no row" || warned != (settings.WarnDays > 0) {
			t.Errorf("check with %+v returned %q, %v", settings, o.Output, o.Err)
		}
	}
}

func TestTimeoutsOfTheDSNAreIgnored(t *testing.T) {
	address := serveMySQL(t, nil, mysqlOK, mysqlOK)
	faulttest.Passes(t, mysql.Check{DSN: mysqlDSN(address, "timeout=1ns&readTimeout=1ns&writeTimeout=1ns")}, "query returned no row")
}

// A server can ask its client for any file.
func TestMySQLSendsNoFileToTheServer(t *testing.T) {
	file := faulttest.SecretFile(t, "the content")
	received := make(chan string, 1)
	address := faulttest.Serve(t, func(conn net.Conn) {
		conn, sequence := greeted(conn, nil, plainGreeting)
		buffer := make([]byte, 4096)
		conn.Read(buffer)
		conn.Write(mysqlPacket(sequence, mysqlOK))
		conn.Read(buffer)
		conn.Write(mysqlPacket(1, "\xfb"+string(file)))
		n, _ := conn.Read(buffer)
		received <- string(buffer[:n])
		conn.Write(mysqlPacket(3, mysqlOK))
		io.Copy(io.Discard, conn)
	})
	spec := mysql.Check{DSN: mysqlDSN(address, "allowAllFiles=true")}
	faulttest.Fails(t, spec, checks.ReasonProtocol, "waiting for the reply to SET SESSION from "+address+": reply not understood: local file ")
	if got := <-received; strings.Contains(got, "content") {
		t.Errorf("the server has got %q, want nothing of the file", got)
	}
}

func TestMySQLPrefersTLSButNeedsNone(t *testing.T) {
	certs := faulttest.Certificates(t)
	for name, config := range map[string]*tls.Config{"without": nil, "with": certs.OfUnknownCA.Config()} {
		spec := mysql.Check{DSN: mysqlDSN(serveMySQL(t, config, mysqlOK, mysqlOK), "tls=preferred")}
		faulttest.LeavesNothing(t, func() {
			o := faulttest.Passes(t, spec, "query returned no row")
			if _, secure := o.Observed["tls_not_after_timestamp_seconds"]; secure != (config != nil) {
				t.Errorf("%s TLS at the server: observed %v", name, o.Observed)
			}
		})
	}
}

func TestMySQLOverTLSEndsWithItsContext(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: waits for seconds")
	}
	certs := faulttest.Certificates(t)
	after := func(answer string) mysql.Check {
		address := faulttest.Serve(t, func(conn net.Conn) {
			conn, sequence := greeted(conn, certs.Good.Config(), plainGreeting)
			buffer := make([]byte, 4096)
			conn.Read(buffer)
			if answer != "" {
				conn.Write(mysqlPacket(sequence, answer))
			}
			io.Copy(io.Discard, conn)
		})
		return mysql.Check{Address: address, User: "app", Password: faulttest.Planted, TLS: &checks.TLS{CAFile: certs.CAFile}}
	}
	faulttest.TimesOut(t, after(""), "logging in to ")
	faulttest.IsCancelled(t, after(""))
	faulttest.TimesOut(t, after(mysqlOK), "waiting for the reply to SET SESSION from ")
	faulttest.IsCancelled(t, after(mysqlOK))
	silent := faulttest.Serve(t, func(conn net.Conn) {
		greet(mysqlPacket(0, strings.Replace(plainGreeting, "\xff\xf7", "\xff\xff", 1)))(conn)
		io.Copy(io.Discard, conn)
	})
	spec := mysql.Check{DSN: mysqlDSN(silent, "tls=skip-verify")}
	faulttest.TimesOut(t, spec, "tls handshake with ")
	faulttest.IsCancelled(t, spec)
}
