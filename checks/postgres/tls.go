package postgres

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A tlsMode is libpq's sslmode.
type tlsMode int

const (
	tlsOff        tlsMode = iota // disable
	tlsAllowed                   // allow: only if the server refuses plain text
	tlsPreferred                 // prefer: if the server has it, any certificate
	tlsUnverified                // require: any certificate
	tlsAnyName                   // verify-ca: a trusted certificate for any host
	tlsVerified                  // verify-full, and the setting tls
)

// tlsSettings says how to secure a connection to PostgreSQL.
type tlsSettings struct {
	mode     tlsMode
	settings *checks.TLS
	direct   bool // TLS from the first byte on, without an SSLRequest
}

// forms returns the forms of connection to try, in order: true with TLS, false
// without.
func (t tlsSettings) forms(at wire.Endpoint) []bool {
	switch {
	case at.Network == "unix", t.mode == tlsOff: // As libpq does.
		return []bool{false}
	case t.mode == tlsAllowed:
		return []bool{false, true}
	case t.mode == tlsPreferred:
		return []bool{true, false}
	}
	return []bool{true}
}

// sslRequest asks a PostgreSQL server for TLS: its length, then a magic number.
var sslRequest = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 8), 80877103)

// client starts TLS on conn, which was dialled with the host name host.
func (t tlsSettings) client(r *wire.Run, conn net.Conn, host string) (net.Conn, error) {
	if t.direct {
		return t.handshake(r, conn, host)
	}
	r.Phase("waiting for the reply to the request for TLS from")
	if _, err := conn.Write(sslRequest); err != nil {
		return nil, r.Fail(err)
	}
	reply := make([]byte, 1)
	if _, err := io.ReadFull(conn, reply); err != nil {
		return nil, r.Fail(err)
	}
	switch {
	case reply[0] == 'S':
		return t.handshake(r, conn, host)
	case reply[0] == 'N' && t.mode == tlsPreferred:
		return conn, nil
	case reply[0] == 'N':
		return nil, checks.Fail(checks.ReasonTLS, errors.New("server has no TLS, want TLS"))
	}
	return nil, r.Reject(checks.ReasonProtocol, "%q, want S or N", reply)
}

func (t tlsSettings) handshake(r *wire.Run, conn net.Conn, host string) (net.Conn, error) {
	secure, err := r.Secure(conn, t.settings, host, func(config *tls.Config) {
		if t.direct {
			config.NextProtos = []string{"postgresql"}
		}
		if t.mode != tlsVerified {
			config.InsecureSkipVerify = true // The sslmode demands no verification.
		}
		if t.mode == tlsAnyName {
			config.VerifyConnection = anyName(config.VerifyConnection, config.RootCAs)
		}
	})
	if err != nil {
		return nil, err
	}
	if t.direct && secure.ConnectionState().NegotiatedProtocol != "postgresql" {
		return nil, r.Reject(checks.ReasonProtocol, "the server does not speak PostgreSQL over direct TLS")
	}
	return secure, nil
}

// anyName returns a func that verifies the chain as crypto/tls does, but not the
// host name, and then calls next.
func anyName(next func(tls.ConnectionState) error, roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
		for _, cert := range state.PeerCertificates[1:] {
			options.Intermediates.AddCert(cert)
		}
		chains, err := state.PeerCertificates[0].Verify(options)
		if err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		state.VerifiedChains = chains
		return next(state)
	}
}
