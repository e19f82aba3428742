//go:build unix

package probe_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// rsaCertificate is self-signed, for 127.0.0.1, with that serial number.
func rsaCertificate(t *testing.T, serial int64) (certificate tls.Certificate, key *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, crypto.PublicKey(&key.PublicKey), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, key
}

func TestRSAKeyExchangeIsAcceptedIfWanted(t *testing.T) {
	certificate, _ := rsaCertificate(t, 1)
	s := httptest.NewUnstartedServer(status(200, ""))
	s.Config.ErrorLog = discard()
	s.TLS = &tls.Config{
		Certificates: []tls.Certificate{certificate}, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	}
	s.StartTLS()
	defer s.Close()
	run(t, probe.HTTP{URL: s.URL, TLS: &checks.TLS{InsecureSkipVerify: true}}).
		failsWith(t, checks.ReasonTLS, "tls handshake with "+peerOf(s.URL)+": ")
	run(t, probe.HTTP{URL: s.URL, TLS: &checks.TLS{InsecureSkipVerify: true, Legacy: true}}).passes(t, "200 OK")
	modern := tlsServer(t, faulttest.Certificates(t), status(200, ""))
	run(t, probe.HTTP{URL: modern, TLS: &checks.TLS{InsecureSkipVerify: true, Legacy: true}}).passes(t, "200 OK")
}

// TestOneRenegotiationIsAcceptedIfWanted has a server that renegotiates before it
// says anything.
func TestOneRenegotiationIsAcceptedIfWanted(t *testing.T) {
	openssl := testservers.Need(t, "openssl")
	certificate, key := rsaCertificate(t, 1)
	file := filepath.Join(t.TempDir(), "server.pem")
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for legacy, want := range map[bool]string{false: "", true: "hello"} {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		listener.Close()
		server := exec.CommandContext(t.Context(), openssl, "s_server", "-accept", address, "-cert", file, "-tls1_2")
		stdin, err := server.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := server.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		readUntil(t, stdout, "ACCEPT")
		go func() {
			readUntil(t, stdout, "GET READY\n")
			io.WriteString(stdin, "R\n") // Renegotiate.
			time.Sleep(100 * time.Millisecond)
			io.WriteString(stdin, "hello\n")
			_, _ = io.Copy(io.Discard, stdout)
		}()
		ctx, cancel := contextFor(t, 3*time.Second)
		r := runIn(ctx, t, probe.TCP{Address: address, Send: "GET READY\n", Expect: "^hello", TLS: &checks.TLS{InsecureSkipVerify: true, Legacy: legacy}})
		cancel()
		if (r.err == nil) != (want != "") {
			t.Errorf("legacy %v: %q, %v", legacy, r.output, r.err)
		}
		_ = server.Process.Kill()
		_ = server.Wait()
	}
}

// readUntil reads up to the end of that text.
func readUntil(t *testing.T, r io.Reader, text string) {
	var seen strings.Builder
	one := make([]byte, 1)
	for !strings.HasSuffix(seen.String(), text) {
		if _, err := r.Read(one); err != nil {
			t.Errorf("%q ends before %q", seen.String(), text)
			return
		}
		seen.Write(one)
	}
}

func TestNegativeSerialNumberIsNamed(t *testing.T) {
	certificate, _ := rsaCertificate(t, 0x42434445)
	certificate.Certificate[0] = bytes.Replace(certificate.Certificate[0], []byte{0x42, 0x43, 0x44, 0x45}, []byte{0xc2, 0x43, 0x44, 0x45}, 1)
	address := faulttest.Serve(t, func(conn net.Conn) {
		server := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
		_, _ = io.Copy(io.Discard, server)
	})
	check := probe.HTTP{URL: "https://" + address, TLS: &checks.TLS{InsecureSkipVerify: true}}
	run(t, check).fails(t, checks.ReasonTLS, "tls handshake with "+address+
		": failed to parse certificate from server: x509: negative serial number; GODEBUG=x509negativeserial=1 accepts it")
	t.Setenv("GODEBUG", "x509negativeserial=1")
	ctx, cancel := contextFor(t, 300*time.Millisecond)
	defer cancel()
	runIn(ctx, t, check).failsWith(t, checks.ReasonTimeout, "waiting for headers from ")
}
