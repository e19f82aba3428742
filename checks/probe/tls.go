package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// TLS passes when a TLS handshake succeeds and the certificates are trusted for
// long enough: those of a server, or those in a file.
//
//	name: certificate
//	tls: {address: "shop.example.org:443", warn_days: 21, fail_days: 7}
//
// Of a server, the handshake, the chain, the host name and the least version
// (tls.min_version) are verified. Of a file, every certificate in it must be
// valid now; with tls.ca_file those of a chain from the first to one of those
// CAs. With tls.server_name the first must be for that name. The file is read at
// every run.
//
// Observed are tls_not_after_timestamp_seconds and, of a server, dns_seconds
// (only for a host name), connect_seconds and tls_seconds.
type TLS struct {
	// Address is host:port, or the path of a unix socket.
	Address string `yaml:"address"`
	// File is the path of a PEM file with certificates, instead of an address.
	File string `yaml:"file"`
	// WarnDays passes with a warning when the certificates are trusted for fewer
	// days than that; of several chains the best counts. Zero means never.
	WarnDays int `yaml:"warn_days"`
	// FailDays fails when they are trusted for fewer days than that. Zero means
	// once they have expired.
	FailDays int `yaml:"fail_days"`
	// TLS is how the handshake is made. Nil means the defaults.
	TLS *checks.TLS `yaml:"tls"`
}

// Type returns "tls".
func (TLS) Type() string { return "tls" }

// Build validates the settings and returns all faults at once.
func (s TLS) Build() (checks.Func, error) {
	var f checktype.Faults
	c := tlsCheck{file: s.File}
	if s.TLS != nil {
		c.settings = *s.TLS
	}
	switch {
	case s.File == "":
		c.at = wire.ParseAddress(s.Address, &f)
		f.Check(c.at.Network == "unix" && c.settings.ServerName == "" && !c.settings.InsecureSkipVerify,
			"tls.server_name", "missing, a unix socket has no host")
	case s.Address != "":
		f.Add("file", "given beside address, want one of them")
	}
	f.Join(checktype.ValidateDays("", s.WarnDays, s.FailDays))
	f.Join(checktype.ValidateTLS(s.TLS))
	f.Check(c.settings.WarnDays != 0, "tls.warn_days", "given, want warn_days")
	f.Check(c.settings.FailDays != 0, "tls.fail_days", "given, want fail_days")
	if err := f.Err(); err != nil {
		return nil, err
	}
	c.settings.WarnDays, c.settings.FailDays = s.WarnDays, s.FailDays
	if s.File != "" {
		return c.runFile, nil
	}
	return c.run, nil
}

// tlsCheck is a TLS with valid settings.
type tlsCheck struct {
	at       wire.Endpoint
	file     string
	settings checks.TLS
}

func (c tlsCheck) run(ctx context.Context) (string, error) {
	r := wire.Start(ctx, c.at.Address)
	defer r.Close()
	conn, err := r.Dial(c.at.Network, c.at.Address)
	if err != nil {
		return "", err
	}
	client, err := r.Secure(conn, &c.settings, c.at.Host, nil)
	if err != nil {
		return "", err
	}
	state := client.ConnectionState()
	return tls.VersionName(state.Version) + ", " + lasts(checktype.NotAfter(state)), r.Warning()
}

// lasts describes how long a certificate will be trusted.
func lasts(end time.Time) string {
	return fmt.Sprintf("certificate expires in %s, at %s", checktype.Days(time.Until(end)), end.UTC().Format(time.RFC3339))
}

func (c tlsCheck) runFile(ctx context.Context) (string, error) {
	certs, err := c.read()
	if err != nil {
		return "", err
	}
	checks.TraceOf(ctx).Secured(0, certs)
	end, err := c.verify(certs, time.Now())
	if err != nil {
		return "", c.untrusted(err)
	}
	checks.Observe(ctx, "tls_not_after_timestamp_seconds", float64(end.Unix()))
	err = checktype.JudgeDays(end, c.settings.WarnDays, c.settings.FailDays)
	if _, warned := checks.Warning(err); err != nil && !warned {
		return "", err
	}
	return lasts(end), err
}

// read returns the certificates of the file.
func (c tlsCheck) read() ([]*x509.Certificate, error) {
	data, err := checktype.ReadPEM(c.file)
	if errors.Is(err, fs.ErrPermission) {
		return nil, checks.Fail(checks.ReasonInternal, fmt.Errorf("local: file %w", err))
	}
	if err != nil {
		return nil, fmt.Errorf("file %w", err)
	}
	var certs []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, c.untrusted(err)
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, c.untrusted(errors.New("holds no PEM certificate"))
	}
	return certs, nil
}

// untrusted returns the failure for err in the file. A fault of this host keeps
// its reason.
func (c tlsCheck) untrusted(err error) error {
	if checks.ReasonOf(err) == checks.ReasonInternal {
		return err
	}
	return checks.Fail(checks.ReasonTLS, fmt.Errorf("file %s: %s", c.file, wire.Plain(err)))
}

// verify returns the time when the first of the certificates ends or, with a
// ca_file, when the best chain ends.
func (c tlsCheck) verify(certs []*x509.Certificate, now time.Time) (time.Time, error) {
	state := tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{certs}}
	for _, cert := range certs {
		if c.settings.CAFile == "" && (now.Before(cert.NotBefore) || now.After(cert.NotAfter)) {
			return time.Time{}, x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}
		}
	}
	leaf := certs[0]
	if c.settings.ServerName != "" {
		if err := leaf.VerifyHostname(c.settings.ServerName); err != nil {
			return time.Time{}, err
		}
	}
	if c.settings.CAFile != "" {
		config, err := checktype.TLSConfig(&checks.TLS{CAFile: c.settings.CAFile}, "")
		if err != nil {
			return time.Time{}, err
		}
		options := x509.VerifyOptions{Roots: config.RootCAs, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
		for _, cert := range certs[1:] {
			options.Intermediates.AddCert(cert)
		}
		if state.VerifiedChains, err = leaf.Verify(options); err != nil {
			return time.Time{}, err
		}
	}
	return checktype.NotAfter(state), nil
}
