package faulttest

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
)

// TLS starts a peer that makes a TLS connection of each connection, as the
// certificate says, and gives it to inner (nil: reads it and says nothing).
func TLS(tb testing.TB, cert Leaf, inner func(net.Conn)) (address string) {
	tb.Helper()
	return Serve(tb, overTLS(cert.Config(), nil, inner))
}

// overTLS does startTLS (nil: nothing), then the handshake, then inner (nil:
// reads and says nothing).
func overTLS(config *tls.Config, startTLS func(net.Conn) error, inner handler) handler {
	if inner == nil {
		inner = silent
	}
	return func(conn net.Conn) {
		if startTLS != nil {
			if err := startTLS(conn); err != nil {
				return
			}
		}
		server := tls.Server(conn, config)
		if err := server.Handshake(); err != nil {
			// What the client still says is read, so that it sees our alert and
			// not a reset.
			hangUp(conn)
			return
		}
		inner(server)
		server.Close()
	}
}

// tlsSilent does startTLS and never begins the handshake.
func tlsSilent(startTLS func(net.Conn) error) handler {
	return func(conn net.Conn) {
		if startTLS != nil {
			if err := startTLS(conn); err != nil {
				return
			}
		}
		silent(conn)
	}
}

// plain answers in plain text whatever comes, such as a ClientHello.
var plain = talking(func(conn net.Conn) {
	io.WriteString(conn, "HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
})
