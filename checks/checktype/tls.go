package checktype

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// tlsVersion returns the version that min_version names. Empty means TLS12.
func tlsVersion(name string) (version uint16, known bool) {
	switch name {
	case "TLS10":
		return tls.VersionTLS10, true
	case "TLS11":
		return tls.VersionTLS11, true
	case "", "TLS12":
		return tls.VersionTLS12, true
	case "TLS13":
		return tls.VersionTLS13, true
	}
	return 0, false
}

// ValidateTLS returns the faults of TLS settings under the key "tls", joined,
// without opening the files. It is for Build. Nil settings are valid.
func ValidateTLS(t *checks.TLS) error { return ValidateTLSAt("tls", t) }

// ValidateTLSAt is [ValidateTLS] for settings under another key.
func ValidateTLSAt(key string, t *checks.TLS) error {
	if t == nil {
		return nil
	}
	var f Faults
	f.Check(t.CertFile != "" && t.KeyFile == "", key+".cert_file", "given without key_file")
	f.Check(t.KeyFile != "" && t.CertFile == "", key+".key_file", "given without cert_file")
	if _, known := tlsVersion(t.MinVersion); !known {
		f.Add(key+".min_version", "%q, want TLS10, TLS11, TLS12 or TLS13", t.MinVersion)
	}
	f.Join(ValidateDays(key+".", t.WarnDays, t.FailDays))
	return f.Err()
}

// TLSConfig reads the files of the settings and returns the client
// configuration for a peer with that host name. It is called at every run, so
// that a renewed certificate is used without a reload. Nil settings give the
// defaults. An error has the reason internal: the fault is on this host, not at
// the target.
func TLSConfig(t *checks.TLS, host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if t == nil {
		return config, nil
	}
	config.MinVersion, _ = tlsVersion(t.MinVersion)
	config.InsecureSkipVerify = t.InsecureSkipVerify // The operator has set insecure_skip_verify.
	if t.ServerName != "" {
		config.ServerName = t.ServerName
	}
	if t.Legacy {
		config.CipherSuites, config.Renegotiation = legacySuites(), tls.RenegotiateOnceAsClient
	}
	if err := loadFiles(config, t); err != nil {
		return nil, checks.Fail(checks.ReasonInternal, fmt.Errorf("local: tls: %w", err))
	}
	return config, nil
}

// legacySuites are the default cipher suites of crypto/tls and the suites with
// RSA key exchange and AES.
func legacySuites() []uint16 {
	suites := []uint16{
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
	for _, suite := range tls.CipherSuites() {
		suites = append(suites, suite.ID)
	}
	return suites
}

func loadFiles(config *tls.Config, t *checks.TLS) error {
	if t.CAFile != "" {
		pem, err := readFile(t.CAFile, maxPEMFile)
		if err != nil {
			return fmt.Errorf("ca_file %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("ca_file %s: holds no PEM certificate", t.CAFile)
		}
	}
	if t.CertFile == "" {
		return nil
	}
	cert, err := readFile(t.CertFile, maxPEMFile)
	if err != nil {
		return fmt.Errorf("cert_file %w", err)
	}
	key, err := readFile(t.KeyFile, maxPEMFile)
	if err != nil {
		return fmt.Errorf("key_file %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("cert_file %s, key_file %s: %w", t.CertFile, t.KeyFile, err)
	}
	config.Certificates = []tls.Certificate{pair}
	return nil
}

// Handshake starts TLS on conn, which was dialled with the host name host, and
// observes the end of the peer's certificates (see [ObserveCertificates]). It
// begins the phase "tls handshake" of the run's [checks.Trace]. On an
// error conn is closed; see [HandshakeError] for the reason of the error. A
// warning of [JudgeDays] is returned together with the connection; a run that
// passes must return the warning.
func Handshake(ctx context.Context, conn net.Conn, t *checks.TLS, host string) (*tls.Conn, error) {
	config, err := TLSConfig(t, host)
	if err != nil {
		conn.Close()
		return nil, err
	}
	client := tls.Client(conn, config)
	checks.TraceOf(ctx).Phase("tls handshake", conn.RemoteAddr().String())
	if err = client.HandshakeContext(ctx); err != nil {
		conn.Close()
		TraceUnverified(ctx, client.ConnectionState().Version, err)
		return nil, HandshakeError(err)
	}
	state := client.ConnectionState()
	ObserveCertificates(ctx, state)
	if t == nil {
		return client, nil
	}
	err = JudgeDays(NotAfter(state), t.WarnDays, t.FailDays)
	if _, warned := checks.Warning(err); err != nil && !warned {
		conn.Close()
		return nil, HandshakeError(err)
	}
	return client, err
}

// TraceUnverified records the certificates of a handshake that failed with err
// because of them, in the run's [checks.Trace]. The version is zero if it is not
// known.
func TraceUnverified(ctx context.Context, version uint16, err error) {
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		checks.TraceOf(ctx).Secured(version, e.UnverifiedCertificates)
	}
}

// HandshakeError names the phase in err, an error of a TLS handshake, and gives
// it the reason tls if it has no reason of its own or the reason protocol, such
// as a closed connection. Any other reason stays: a timeout, a fault of this host,
// a lost route, or what [checks.Fail] says in a VerifyConnection.
func HandshakeError(err error) error {
	named := fmt.Errorf("tls handshake: %w", err)
	if strings.Contains(err.Error(), "x509: negative serial number") {
		named = fmt.Errorf("%w; GODEBUG=x509negativeserial=1 accepts it", named)
	}
	switch r := checks.ReasonOf(err); r {
	case checks.ReasonProtocol, checks.ReasonError:
		return checks.Fail(checks.ReasonTLS, named)
	default:
		return checks.Fail(r, named)
	}
}
