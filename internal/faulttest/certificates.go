package faulttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// OtherHost is the only name in the certificate of another host.
const OtherHost = "other.faulttest.test"

// Certs is a set of certificates, in memory and in PEM files. The CA has signed
// all of them except OfUnknownCA. All of them except OfOtherHost are for
// localhost, 127.0.0.1 and ::1.
type Certs struct {
	// CAFile is what a client trusts.
	CAFile string

	Good        Leaf
	Expired     Leaf // ended yesterday
	NotYetValid Leaf // begins tomorrow
	OfOtherHost Leaf // for OtherHost
	OfUnknownCA Leaf // signed by a CA that is in no file
	// CrossSigned is a valid certificate. The server also sends an expired
	// cross-signed certificate of the CA, which no trusted chain needs.
	CrossSigned Leaf
	// Client is for a client, which a server recognises by CAFile.
	Client Leaf
}

// A Leaf is a certificate and its key. The key's file is readable by its owner only.
type Leaf struct {
	CertFile, KeyFile string
	TLS               tls.Certificate
}

// Config returns a server's configuration with this certificate.
func (l Leaf) Config() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{l.TLS}, MinVersion: tls.VersionTLS12}
}

// Certificates makes a new CA and all of the certificates. The files end with
// the test.
func Certificates(tb testing.TB) *Certs {
	tb.Helper()
	dir := tb.TempDir()
	ca, stranger := newAuthority(tb, "faulttest CA"), newAuthority(tb, "unknown CA")
	now := time.Now()
	const day = 24 * time.Hour
	leaf := func(name string, signer *authority, from, until time.Time, hosts ...string) Leaf {
		return signer.leaf(tb, dir, name, from, until, hosts)
	}
	local := []string{"localhost", "127.0.0.1", "::1"}
	c := &Certs{
		CAFile:      filepath.Join(dir, "ca.pem"),
		Good:        leaf("good", ca, now.Add(-day), now.Add(30*day), local...),
		Expired:     leaf("expired", ca, now.Add(-30*day), now.Add(-day), local...),
		NotYetValid: leaf("not_yet_valid", ca, now.Add(day), now.Add(30*day), local...),
		OfOtherHost: leaf("other_host", ca, now.Add(-day), now.Add(30*day), OtherHost),
		OfUnknownCA: leaf("unknown_ca", stranger, now.Add(-day), now.Add(30*day), local...),
		Client:      leaf("client", ca, now.Add(-day), now.Add(30*day), "client"),
	}
	c.CrossSigned = leaf("cross_signed", ca, now.Add(-day), now.Add(30*day), local...)
	c.CrossSigned.TLS.Certificate = append(c.CrossSigned.TLS.Certificate, stranger.cross(tb, ca, now.Add(-day)).Raw)
	writePEM(tb, c.CAFile, "CERTIFICATE", ca.cert.Raw)
	return c
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(tb testing.TB, name string) *authority {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: serial(tb), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-365 * 24 * time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	key := newKey(tb)
	cert := sign(tb, template, template, key, key)
	return &authority{cert: cert, key: key}
}

func (a *authority) leaf(tb testing.TB, dir, name string, from, until time.Time, hosts []string) Leaf {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: serial(tb), Subject: pkix.Name{CommonName: name},
		NotBefore: from, NotAfter: until,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	key := newKey(tb)
	cert := sign(tb, template, a.cert, key, a.key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatalf("key of %s: %v", name, err)
	}
	l := Leaf{
		CertFile: filepath.Join(dir, name+".pem"), KeyFile: filepath.Join(dir, name+".key"),
		TLS: tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert},
	}
	writePEM(tb, l.CertFile, "CERTIFICATE", cert.Raw)
	writePEM(tb, l.KeyFile, "PRIVATE KEY", der)
	return l
}

// cross signs the certificate of another authority, until then.
func (a *authority) cross(tb testing.TB, other *authority, until time.Time) *x509.Certificate {
	tb.Helper()
	template := *other.cert
	template.SerialNumber, template.NotAfter = serial(tb), until
	return sign(tb, &template, a.cert, other.key, a.key)
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("key: %v", err)
	}
	return key
}

func sign(tb testing.TB, template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		tb.Fatalf("certificate of %s: %v", template.Subject.CommonName, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("certificate of %s: %v", template.Subject.CommonName, err)
	}
	return cert
}

func serial(tb testing.TB) *big.Int {
	tb.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		tb.Fatalf("serial number: %v", err)
	}
	return n
}

func writePEM(tb testing.TB, path, kind string, der []byte) {
	tb.Helper()
	mode := os.FileMode(0o644)
	if kind == "PRIVATE KEY" {
		mode = 0o600
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		tb.Fatal(err)
	}
}
