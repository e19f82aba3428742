package wire

import (
	"crypto/tls"
	"net"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Secure starts TLS on conn, whose peer was addressed as host, and observes
// tls_seconds and when the certificates end. Adjust may change the configuration
// before the handshake; nil changes nothing. The TLS connection is closed with
// conn, which stays open on an error.
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
		return nil, r.Fail(checktype.HandshakeError(err))
	}
	r.Observe("tls_seconds", began)
	return client, nil
}

// TLSConfig returns the client configuration of the settings for a peer with
// that host name, for a library that does the handshake itself: the handshake
// observes when the certificates end.
func (r *Run) TLSConfig(t *checks.TLS, host string) (*tls.Config, error) {
	config, err := checktype.TLSConfig(t, host)
	if err != nil {
		return nil, err
	}
	r.Watch(config, t)
	return config, nil
}

// Watch makes the handshakes of a client configuration observe when the
// certificates end, and judge that by the settings (nil: not at all).
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
