package postgres

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A tlsMode is libpq's sslmode.
type tlsMode int

const (
	tlsOff        tlsMode = iota // disable
	tlsPreferred                 // prefer: if the server has it, any certificate
	tlsUnverified                // require: any certificate
	tlsAnyName                   // verify-ca: a trusted certificate for any host
	tlsVerified                  // verify-full, and our own words
)

// tlsSettings is how a connection to Postgres is protected.
type tlsSettings struct {
	mode     tlsMode
	settings *checks.TLS
}

// sslRequest asks a server of Postgres for TLS: its length, then a magic number.
var sslRequest = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 8), 80877103)

// client does what the mode says with conn, whose server was addressed as host.
func (t tlsSettings) client(w *wire.Run, conn net.Conn, host string) (net.Conn, error) {
	if t.mode == tlsOff {
		return conn, nil
	}
	answer := make([]byte, 1)
	w.Phase("waiting for the reply to the request for TLS from")
	if _, err := conn.Write(sslRequest); err != nil {
		return nil, w.Fail(err)
	}
	if _, err := io.ReadFull(conn, answer); err != nil {
		return nil, w.Fail(err)
	}
	switch {
	case answer[0] == 'S':
		return t.handshake(w, conn, host)
	case answer[0] == 'N' && t.mode == tlsPreferred:
		return conn, nil
	case answer[0] == 'N':
		return nil, checks.Fail(checks.ReasonTLS, errors.New("server has no TLS, want TLS"))
	}
	return nil, checks.Fail(checks.ReasonProtocol, fmt.Errorf("answer to the request for TLS begins with %q, want S or N", answer))
}

func (t tlsSettings) handshake(w *wire.Run, conn net.Conn, host string) (net.Conn, error) {
	return w.Secure(conn, t.settings, host, func(config *tls.Config) {
		if t.mode != tlsVerified {
			config.InsecureSkipVerify = true // The sslmode says so.
		}
		if t.mode == tlsAnyName {
			observe, roots := config.VerifyConnection, config.RootCAs
			config.VerifyConnection = func(state tls.ConnectionState) error {
				chains, err := verifyChain(state, roots)
				if err != nil {
					return err
				}
				state.VerifiedChains = chains
				return observe(state)
			}
		}
	})
}

// verifyChain is crypto/tls's verification without the host's name.
func verifyChain(state tls.ConnectionState, roots *x509.CertPool) ([][]*x509.Certificate, error) {
	options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, cert := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(cert)
	}
	chains, err := state.PeerCertificates[0].Verify(options)
	if err != nil {
		return nil, &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
	}
	return chains, nil
}
