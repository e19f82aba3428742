package faulttest

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
)

// TLS starts a peer that accepts TLS connections with the certificate cert and
// passes each to inner. A nil inner reads and never replies.
func TLS(tb testing.TB, cert Leaf, inner func(net.Conn)) (address string) {
	tb.Helper()
	return Serve(tb, overTLS(cert.Config(), nil, inner))
}

// overTLS calls startTLS unless it is nil, performs the handshake, and calls
// inner. A nil inner reads and never replies.
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
			// Read the rest of the client's data, so that the client receives our
			// alert and not a reset.
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

// plain replies in plain text to any input, even to a ClientHello.
var plain = talking(func(conn net.Conn) {
	io.WriteString(conn, "HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
})
