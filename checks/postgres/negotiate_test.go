//go:build unix

package postgres_test

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// Which sslmode tries what again, by the reply to the request for TLS: S begins a
// handshake that fails here, and a login without TLS is refused.
func TestTLSIsNegotiatedAsTheModeWants(t *testing.T) {
	const noTLS, noEntry, wrong = "server has no TLS, want TLS", "login: no plain entry (SQLSTATE 28000)", "login: no plain entry (SQLSTATE 28P01)"
	for _, c := range []struct {
		mode, reply, code string
		connections       int32
		reason            checks.Reason
		want              string
	}{
		{"prefer", "N", "28P01", 1, checks.ReasonAuth, wrong},
		{"require", "N", "28P01", 1, checks.ReasonTLS, noTLS},
		{"prefer", "S", "28P01", 2, checks.ReasonAuth, wrong},
		{"prefer", "S", "28000", 2, checks.ReasonTLS, "tls handshake with "},
		{"require", "S", "28P01", 1, checks.ReasonTLS, "tls handshake with "},
		{"prefer", "x", "28P01", 1, checks.ReasonProtocol, `"x", want S or N`},
		{"allow", "N", "28P01", 1, checks.ReasonAuth, wrong},
		{"allow", "N", "28000", 2, checks.ReasonAuth, noEntry},
		{"disable", "N", "28000", 1, checks.ReasonAuth, noEntry},
	} {
		var connections atomic.Int32
		address := faulttest.Serve(t, func(conn net.Conn) {
			connections.Add(1)
			head := make([]byte, 8)
			io.ReadFull(conn, head)
			if bytes.Equal(head[4:], []byte{4, 210, 22, 47}) { // The request for TLS.
				io.WriteString(conn, c.reply)
				if c.reply != "N" {
					return
				}
				io.ReadFull(conn, head)
			}
			io.WriteString(conn, refusal(c.code, "no plain entry"))
			io.Copy(io.Discard, conn)
		})
		faulttest.Fails(t, postgres.Check{DSN: pgDSN(address, "sslmode="+c.mode)}, c.reason, c.want)
		if n := connections.Load(); n != c.connections {
			t.Errorf("sslmode=%s, reply %s, error %s: %d connections, want %d", c.mode, c.reply, c.code, n, c.connections)
		}
	}
}
