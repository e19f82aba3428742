package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// TLS is how every check type spells its TLS settings. Nil means no TLS (but
// where the scheme of a URL says it), the zero value TLS with the roots of the
// system.
//
//	tls: {ca_file: /etc/ssl/internal-ca.pem, server_name: db.example.org}
type TLS struct {
	// CAFile holds the PEM certificates that are trusted instead of the system's.
	CAFile string `yaml:"ca_file"`
	// CertFile and KeyFile are our own certificate and its key, in PEM; both or none.
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
	// ServerName is the name that the peer's certificate must be for. Empty
	// means the host of the address.
	ServerName string `yaml:"server_name"`
	// MinVersion is TLS10, TLS11, TLS12 or TLS13. Empty means TLS12.
	MinVersion string `yaml:"min_version"`
	// InsecureSkipVerify accepts any certificate.
	InsecureSkipVerify bool `yaml:"insecure_skip_verify"`
}

var tlsVersions = map[string]uint16{
	"": tls.VersionTLS12, "TLS10": tls.VersionTLS10, "TLS11": tls.VersionTLS11,
	"TLS12": tls.VersionTLS12, "TLS13": tls.VersionTLS13,
}

// maxPEMFile is the size of the largest file of certificates, in bytes: several
// times the bundle of all public CAs.
const maxPEMFile = 4 << 20

// Validate says what is wrong with the settings, without looking at the files.
// It is for Build; a nil TLS is valid.
func (t *TLS) Validate() error {
	if t == nil {
		return nil
	}
	var errs []error
	if (t.CertFile == "") != (t.KeyFile == "") {
		errs = append(errs, errors.New("tls: cert_file and key_file are given together or not at all"))
	}
	if _, known := tlsVersions[t.MinVersion]; !known {
		errs = append(errs, fmt.Errorf("tls: min_version %q, want TLS10, TLS11, TLS12 or TLS13", t.MinVersion))
	}
	return errors.Join(errs...)
}

// Config reads the files and returns what crypto/tls wants for a peer of that
// host name. It is called at every run, so that a renewed certificate is used
// without a reload. A nil TLS gives the defaults. An error has the reason
// internal: it is our trouble, not the target's.
func (t *TLS) Config(host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if t == nil {
		return config, nil
	}
	config.MinVersion = tlsVersions[t.MinVersion]
	config.InsecureSkipVerify = t.InsecureSkipVerify // The operator asked for it by name.
	if t.ServerName != "" {
		config.ServerName = t.ServerName
	}
	if err := t.load(config); err != nil {
		return nil, Fail(ReasonInternal, fmt.Errorf("local: tls: %w", err))
	}
	return config, nil
}

func (t *TLS) load(config *tls.Config) error {
	if t.CAFile != "" {
		pem, err := readSmall(t.CAFile, maxPEMFile)
		if err != nil {
			return fmt.Errorf("ca_file %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("ca_file %s: holds no PEM certificate", t.CAFile)
		}
	}
	if t.CertFile != "" {
		pair, err := t.pair()
		if err != nil {
			return err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return nil
}

func (t *TLS) pair() (tls.Certificate, error) {
	cert, err := readSmall(t.CertFile, maxPEMFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("cert_file %w", err)
	}
	key, err := readSmall(t.KeyFile, maxPEMFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("key_file %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("cert_file %s, key_file %s: %w", t.CertFile, t.KeyFile, err)
	}
	return pair, nil
}

// Client makes a TLS connection of conn, whose peer was addressed as host, and
// observes when the first of the peer's certificates ends. On an error conn is
// closed; an error of the handshake has the reason tls, unless it is a timeout.
func (t *TLS) Client(ctx context.Context, conn net.Conn, host string) (*tls.Conn, error) {
	config, err := t.Config(host)
	if err != nil {
		conn.Close()
		return nil, err
	}
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, HandshakeError(err)
	}
	ObserveCertificates(ctx, client.ConnectionState())
	return client, nil
}

// HandshakeError names the phase in err, an error of a TLS handshake, and gives
// it the reason tls, unless it is a timeout or our own trouble.
func HandshakeError(err error) error {
	named := fmt.Errorf("tls handshake: %w", err)
	if r := ReasonOf(err); r == ReasonTimeout || r == ReasonInternal {
		return Fail(r, named)
	}
	return Fail(ReasonTLS, named)
}

// ObserveCertificates observes tls_not_after_timestamp_seconds: when the first
// of the certificates that the peer sent ends, in Unix seconds.
func ObserveCertificates(ctx context.Context, state tls.ConnectionState) {
	var first time.Time
	for _, cert := range state.PeerCertificates {
		if first.IsZero() || cert.NotAfter.Before(first) {
			first = cert.NotAfter
		}
	}
	if !first.IsZero() {
		Observe(ctx, "tls_not_after_timestamp_seconds", float64(first.Unix()))
	}
}
