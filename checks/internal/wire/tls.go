package wire

import (
	"crypto/tls"
	"net"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Secure starts TLS on conn, which was dialled with the host name host, and
// observes tls_seconds and the end of the certificates. The func adjust may
// change the configuration before the handshake; it may be nil. Closing conn also
// closes the TLS connection. On an error conn stays open.
func (r *Run) Secure(conn net.Conn, t *checks.TLS, host string, adjust func(*tls.Config)) (*tls.Conn, error) {
	config, err := r.TLSConfig(t, host)
	if err != nil {
		return nil, err
	}
	if adjust != nil {
		adjust(config)
	}
	return r.Handshake(conn, config)
}

// Handshake is Secure with a configuration made by the caller.
func (r *Run) Handshake(conn net.Conn, config *tls.Config) (*tls.Conn, error) {
	began := r.Phase("tls handshake with")
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(r.ctx); err != nil {
		checktype.TraceUnverified(r.ctx, client.ConnectionState().Version, err)
		return nil, r.Fail(checktype.HandshakeError(err))
	}
	r.Observe("tls_seconds", began)
	return client, nil
}

// TLSConfig returns the client configuration of the settings for a peer with that
// host name, for a library that does the handshake itself. The handshake then
// observes the end of the certificates.
func (r *Run) TLSConfig(t *checks.TLS, host string) (*tls.Config, error) {
	config, err := checktype.TLSConfig(t, host)
	if err != nil {
		return nil, err
	}
	r.Watch(config, t)
	return config, nil
}

// Watch makes the handshakes of a client configuration observe the end of the
// certificates and compare it with the limits of t. A nil t has no limits.
func (r *Run) Watch(config *tls.Config, t *checks.TLS) {
	config.VerifyConnection = func(state tls.ConnectionState) error {
		checktype.ObserveCertificates(r.ctx, state)
		if t == nil {
			return nil
		}
		err := checktype.JudgeDays(checktype.NotAfter(state), t.WarnDays, t.FailDays)
		if _, warned := checks.Warning(err); warned {
			r.Warn(err)
			return nil
		}
		return err
	}
}
