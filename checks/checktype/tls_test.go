package checktype_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestSettingsOfTLSAreValidated(t *testing.T) {
	for _, c := range []struct {
		settings *checks.TLS
		want     string
	}{
		{nil, ""},
		{&checks.TLS{}, ""},
		{&checks.TLS{CAFile: "/none", CertFile: "c", KeyFile: "k", ServerName: "s", MinVersion: "TLS13", InsecureSkipVerify: true}, ""},
		{&checks.TLS{MinVersion: "TLS10"}, ""},
		{&checks.TLS{MinVersion: "TLS11"}, ""},
		{&checks.TLS{MinVersion: "TLS12"}, ""},
		{&checks.TLS{WarnDays: -1, FailDays: -2}, "tls.warn_days: -1, want 0 or more\ntls.fail_days: -2, want 0 or more"},
		{&checks.TLS{CertFile: "c"}, "tls.cert_file: given without key_file"},
		{&checks.TLS{KeyFile: "k"}, "tls.key_file: given without cert_file"},
		{&checks.TLS{MinVersion: "1.3"}, `tls.min_version: "1.3", want TLS10, TLS11, TLS12 or TLS13`},
		{
			&checks.TLS{KeyFile: "k", MinVersion: "tls12"},
			"tls.key_file: given without cert_file\n" + `tls.min_version: "tls12", want TLS10, TLS11, TLS12 or TLS13`,
		},
	} {
		err := checktype.ValidateTLS(c.settings)
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("ValidateTLS of %+v = %v, want %q", c.settings, err, c.want)
		}
	}
}

func TestSettingsOfTLSAreSpeltInSnakeCase(t *testing.T) {
	var got checks.TLS
	err := yaml.Unmarshal([]byte("{ca_file: a, cert_file: b, key_file: c, server_name: d, min_version: TLS13, insecure_skip_verify: true}"), &got)
	want := checks.TLS{CAFile: "a", CertFile: "b", KeyFile: "c", ServerName: "d", MinVersion: "TLS13", InsecureSkipVerify: true}
	if err != nil || got != want {
		t.Errorf("read %+v, %v, want %+v", got, err, want)
	}
}

func TestConfigurationOfTLSFollowsTheSettings(t *testing.T) {
	certs := faulttest.Certificates(t)
	for _, c := range []struct {
		name     string
		settings *checks.TLS
		right    func(*tls.Config) bool
	}{
		{"nil", nil, func(c *tls.Config) bool {
			return c.ServerName == "host" && c.MinVersion == tls.VersionTLS12 && c.RootCAs == nil && !c.InsecureSkipVerify
		}},
		{"zero", &checks.TLS{}, func(c *tls.Config) bool { return c.ServerName == "host" && c.MinVersion == tls.VersionTLS12 }},
		{"name", &checks.TLS{ServerName: "other"}, func(c *tls.Config) bool { return c.ServerName == "other" }},
		{"version", &checks.TLS{MinVersion: "TLS13"}, func(c *tls.Config) bool { return c.MinVersion == tls.VersionTLS13 }},
		{"old version", &checks.TLS{MinVersion: "TLS10"}, func(c *tls.Config) bool { return c.MinVersion == tls.VersionTLS10 }},
		{"insecure", &checks.TLS{InsecureSkipVerify: true}, func(c *tls.Config) bool { return c.InsecureSkipVerify }},
		{"ca", &checks.TLS{CAFile: certs.CAFile}, func(c *tls.Config) bool { return c.RootCAs != nil }},
		{
			"pair", &checks.TLS{CertFile: certs.Client.CertFile, KeyFile: certs.Client.KeyFile},
			func(c *tls.Config) bool { return len(c.Certificates) == 1 },
		},
	} {
		config, err := checktype.TLSConfig(c.settings, "host")
		if err != nil || !c.right(config) {
			t.Errorf("%s: TLSConfig = %+v, %v", c.name, config, err)
		}
	}
}

func TestFaultsOfTLSAreThoseOfTheGivenKey(t *testing.T) {
	err := checktype.ValidateTLSAt("proxy_tls", &checks.TLS{CertFile: "c", MinVersion: "SSL3", FailDays: -1})
	const want = "proxy_tls.cert_file: given without key_file\n" +
		`proxy_tls.min_version: "SSL3", want TLS10, TLS11, TLS12 or TLS13` + "\nproxy_tls.fail_days: -1, want 0 or more"
	if err == nil || err.Error() != want {
		t.Errorf("ValidateTLSAt = %v, want\n%s", err, want)
	}
}

func TestLegacyAddsRSAKeyExchangeAndOneRenegotiation(t *testing.T) {
	modern, err := checktype.TLSConfig(&checks.TLS{}, "host")
	if err != nil || modern.CipherSuites != nil || modern.Renegotiation != tls.RenegotiateNever {
		t.Errorf("without legacy: suites %v, renegotiation %v (%v), want the defaults", modern.CipherSuites, modern.Renegotiation, err)
	}
	legacy, err := checktype.TLSConfig(&checks.TLS{Legacy: true}, "host")
	if err != nil || legacy.Renegotiation != tls.RenegotiateOnceAsClient {
		t.Fatalf("with legacy: renegotiation %v (%v), want one by the server", legacy.Renegotiation, err)
	}
	want := []uint16{
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
	for _, suite := range tls.CipherSuites() {
		want = append(want, suite.ID)
	}
	for _, suite := range want {
		if !slices.Contains(legacy.CipherSuites, suite) {
			t.Errorf("with legacy %s is missing", tls.CipherSuiteName(suite))
		}
	}
	for _, suite := range tls.InsecureCipherSuites() {
		if slices.Contains(legacy.CipherSuites, suite.ID) && !slices.Contains(want, suite.ID) {
			t.Errorf("with legacy %s is offered", suite.Name)
		}
	}
}

func TestUnreadableFilesOfTLSAreOurOwnTrouble(t *testing.T) {
	certs := faulttest.Certificates(t)
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	none, empty := filepath.Join(dir, "none.pem"), file("empty.pem", "")
	for want, settings := range map[string]checks.TLS{
		"local: tls: ca_file " + none + ": no such file":              {CAFile: none},
		"local: tls: ca_file " + dir + ": is not a regular file":      {CAFile: dir},
		"local: tls: ca_file /dev/zero: is not a regular file":        {CAFile: "/dev/zero"},
		"local: tls: ca_file " + empty + ": holds no PEM certificate": {CAFile: empty},
		"holds no PEM certificate":                                    {CAFile: certs.Good.KeyFile},
		"is larger than 4MiB":                                         {CAFile: file("huge.pem", strings.Repeat("x", 4<<20+1))},
		"full.pem: holds no PEM certificate":                          {CAFile: file("full.pem", strings.Repeat("x", 4<<20))},
		"local: tls: cert_file " + none + ": no such file":            {CertFile: none, KeyFile: none},
		"local: tls: key_file " + none + ": no such file":             {CertFile: certs.Good.CertFile, KeyFile: none},
		"private key does not match public key":                       {CertFile: certs.Good.CertFile, KeyFile: certs.Client.KeyFile},
		"failed to find any PEM data":                                 {CertFile: empty, KeyFile: empty},
	} {
		config, err := checktype.TLSConfig(&settings, "host")
		if config != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("TLSConfig of %+v = %v, %v, want %q", settings, config, err, want)
			continue
		}
		if got := checks.ReasonOf(err); got != checks.ReasonInternal || strings.Contains(err.Error(), "\n") {
			t.Errorf("TLSConfig of %+v fails with %s: %v, want one line and internal", settings, got, err)
		}
	}
}

func TestRenewedCAIsUsedAtTheNextRun(t *testing.T) {
	old, renewed := faulttest.Certificates(t), faulttest.Certificates(t)
	address := faulttest.TLS(t, renewed.Good, nil)
	settings := &checks.TLS{CAFile: old.CAFile}
	if _, err := client(t, settings, address); checks.ReasonOf(err) != checks.ReasonTLS {
		t.Fatalf("Client with the old CA: %v, want the reason tls", err)
	}
	data, err := os.ReadFile(renewed.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old.CAFile, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := client(t, settings, address); err != nil {
		t.Errorf("Client with the renewed CA: %v", err)
	}
}

// client makes one handshake with address and returns what it observed.
func client(t *testing.T, settings *checks.TLS, address string) (map[string]float64, error) {
	t.Helper()
	raw, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	values := map[string]float64{}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	ctx = checks.WithObserver(ctx, func(name string, v float64) { values[name] = v })
	conn, err := checktype.Handshake(ctx, raw, settings, "127.0.0.1")
	if conn != nil {
		conn.Close()
	}
	return values, err
}

func TestHandshakeObservesWhenTheFirstCertificateEnds(t *testing.T) {
	certs := faulttest.Certificates(t)
	got, err := client(t, &checks.TLS{CAFile: certs.CAFile}, faulttest.TLS(t, certs.Good, nil))
	want := float64(certs.Good.TLS.Leaf.NotAfter.Unix())
	if err != nil || len(got) != 1 || got["tls_not_after_timestamp_seconds"] != want {
		t.Errorf("Client observed %v, %v, want tls_not_after_timestamp_seconds %v", got, err, want)
	}
}

func TestHandshakeLeavesTheCertificatesAsEvidence(t *testing.T) {
	certs := faulttest.Certificates(t)
	for name, c := range map[string]struct {
		leaf  faulttest.Leaf
		fails bool
	}{"trusted": {certs.Good, false}, "expired": {certs.Expired, true}} {
		address := faulttest.TLS(t, c.leaf, nil)
		raw, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		ctx, trace := checks.WithTrace(t.Context())
		conn, err := checktype.Handshake(ctx, raw, &checks.TLS{CAFile: certs.CAFile}, "127.0.0.1")
		if conn != nil {
			conn.Close()
		}
		e := trace.Evidence()
		if len(e.Phases) != 1 || e.Phases[0].Name != "tls handshake" || e.Phases[0].Peer != address {
			t.Errorf("%s: phases = %v, want the handshake with %s", name, e.Phases, address)
		}
		want := c.leaf.TLS.Leaf.NotAfter
		if (err != nil) != c.fails || e.TLS == nil || e.TLS.Version != "TLS 1.3" || len(e.TLS.Chain) == 0 || !e.TLS.Chain[0].NotAfter.Equal(want) {
			t.Errorf("%s: evidence = %v (%v), want TLS 1.3 and a certificate until %v", name, e, err, want)
		}
	}
}

func TestOnlyUnverifiedCertificatesAreEvidenceOfAnError(t *testing.T) {
	ctx, trace := checks.WithTrace(t.Context())
	checktype.TraceUnverified(ctx, tls.VersionTLS12, io.EOF)
	if e := trace.Evidence(); e.TLS != nil {
		t.Errorf("evidence = %v, want none of an end of file", e)
	}
	checktype.TraceUnverified(ctx, tls.VersionTLS12, fmt.Errorf("x: %w", &tls.CertificateVerificationError{
		UnverifiedCertificates: []*x509.Certificate{{NotAfter: time.Unix(1_900_000_000, 0)}}, Err: errors.New("expired"),
	}))
	if e := trace.Evidence(); e.TLS == nil || e.TLS.Version != "TLS 1.2" || len(e.TLS.Chain) != 1 {
		t.Errorf("evidence = %v, want TLS 1.2 and one certificate", e)
	}
}

func TestNegativeSerialNumberNamesWhatAcceptsIt(t *testing.T) {
	err := checktype.HandshakeError(errors.New("tls: failed to parse certificate from server: x509: negative serial number"))
	const want = "tls handshake: tls: failed to parse certificate from server: x509: negative serial number; GODEBUG=x509negativeserial=1 accepts it"
	if err.Error() != want || checks.ReasonOf(err) != checks.ReasonTLS {
		t.Errorf("HandshakeError = %v with the reason %s, want %s", err, checks.ReasonOf(err), want)
	}
}

func TestWrongCertificatesHaveTheReasonTLS(t *testing.T) {
	certs := faulttest.Certificates(t)
	trusting := checks.TLS{CAFile: certs.CAFile}
	for _, c := range []struct {
		name     string
		leaf     faulttest.Leaf
		settings checks.TLS
		want     string
	}{
		{"good", certs.Good, trusting, ""},
		{"good, by name", certs.Good, checks.TLS{CAFile: certs.CAFile, ServerName: "localhost"}, ""},
		{"of another host, by its name", certs.OfOtherHost, checks.TLS{CAFile: certs.CAFile, ServerName: faulttest.OtherHost}, ""},
		{"expired, unverified", certs.Expired, checks.TLS{InsecureSkipVerify: true}, ""},
		{"expired", certs.Expired, trusting, "has expired"},
		{"not yet valid", certs.NotYetValid, trusting, "is before"},
		{"of another host", certs.OfOtherHost, trusting, "127.0.0.1"},
		{"of another name", certs.Good, checks.TLS{CAFile: certs.CAFile, ServerName: "elsewhere"}, "not elsewhere"},
		{"of an unknown CA", certs.OfUnknownCA, trusting, "unknown authority"},
		{"the system's roots", certs.Good, checks.TLS{}, "unknown authority"},
	} {
		_, err := client(t, &c.settings, faulttest.TLS(t, c.leaf, nil))
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "tls handshake: ") {
			t.Errorf("%s: %v, want the phase and %q", c.name, err, c.want)
		}
		if got := checks.ReasonOf(err); got != checks.ReasonTLS {
			t.Errorf("%s: reason %s, want tls", c.name, got)
		}
	}
}

func TestTroubleInTheHandshakeHasItsReason(t *testing.T) {
	certs := faulttest.Certificates(t)
	for _, c := range []struct {
		name, address string
		settings      checks.TLS
		want          checks.Reason
	}{
		{"silent", faulttest.Silent(t), checks.TLS{}, checks.ReasonTimeout},
		{"plain", faulttest.Garbage(t), checks.TLS{}, checks.ReasonTLS},
		{"closed", faulttest.Closed(t), checks.TLS{}, checks.ReasonTLS},
		{"reset", faulttest.ResetInTheMiddle(t, ""), checks.TLS{}, checks.ReasonTLS},
		{"no CA file", faulttest.TLS(t, certs.Good, nil), checks.TLS{CAFile: "/none"}, checks.ReasonInternal},
	} {
		raw, err := net.Dial("tcp", c.address)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		conn, err := checktype.Handshake(ctx, raw, &c.settings, "127.0.0.1")
		cancel()
		if conn != nil || checks.ReasonOf(err) != c.want {
			t.Errorf("%s: Client = %v, %v with the reason %s, want %s", c.name, conn, err, checks.ReasonOf(err), c.want)
		}
		if _, err := raw.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: the connection is open after the error: %v", c.name, err)
		}
	}
}

func TestMissingClientCertificateIsTLSAlsoAfterTheHandshake(t *testing.T) {
	certs := faulttest.Certificates(t)
	pool := x509.NewCertPool()
	data, err := os.ReadFile(certs.CAFile)
	if err != nil || !pool.AppendCertsFromPEM(data) {
		t.Fatal("no CA", err)
	}
	config := certs.Good.Config()
	config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, pool
	address := faulttest.Serve(t, func(conn net.Conn) {
		server := tls.Server(conn, config)
		if err := server.Handshake(); err == nil {
			io.WriteString(server, "welcome")
		}
		io.Copy(io.Discard, conn)
	})
	read := func(settings checks.TLS) (string, error) {
		raw, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		conn, err := checktype.Handshake(t.Context(), raw, &settings, "127.0.0.1")
		if err != nil {
			return "", err
		}
		conn.SetDeadline(time.Now().Add(3 * time.Second))
		answer := make([]byte, len("welcome"))
		_, err = io.ReadFull(conn, answer)
		return string(answer), err
	}
	// In TLS 1.3 a client learns this only after its part of the handshake is done.
	if _, err := read(checks.TLS{CAFile: certs.CAFile}); checks.ReasonOf(err) != checks.ReasonTLS {
		t.Errorf("without a certificate: %v with the reason %s, want tls", err, checks.ReasonOf(err))
	}
	with := checks.TLS{CAFile: certs.CAFile, CertFile: certs.Client.CertFile, KeyFile: certs.Client.KeyFile}
	if answer, err := read(with); answer != "welcome" || err != nil {
		t.Errorf("with a certificate: %q, %v, want welcome", answer, err)
	}
}

func TestPeerOfTooOldAVersionIsTLS(t *testing.T) {
	certs := faulttest.Certificates(t)
	config := certs.Good.Config()
	config.MinVersion, config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	address := faulttest.Serve(t, func(conn net.Conn) {
		tls.Server(conn, config).Handshake()
		io.Copy(io.Discard, conn)
	})
	for version, want := range map[string]checks.Reason{"": "", "TLS12": "", "TLS13": checks.ReasonTLS} {
		_, err := client(t, &checks.TLS{CAFile: certs.CAFile, MinVersion: version}, address)
		if got := checks.ReasonOf(err); got != want {
			t.Errorf("min_version %q: %v with the reason %q, want %q", version, err, got, want)
		}
	}
}

func TestHandshakeErrorNamesThePhaseOnce(t *testing.T) {
	for _, c := range []struct {
		err  error
		want checks.Reason
	}{
		{io.EOF, checks.ReasonTLS},
		{errors.New("x"), checks.ReasonTLS},
		{context.DeadlineExceeded, checks.ReasonTimeout},
		{fmt.Errorf("x: %w", os.ErrDeadlineExceeded), checks.ReasonTimeout},
		{context.Canceled, checks.ReasonInternal},
		{checks.Fail(checks.ReasonThreshold, errors.New("x")), checks.ReasonThreshold},
		{checks.Fail(checks.ReasonAssertion, errors.New("another fingerprint")), checks.ReasonAssertion},
		{checks.Fail(checks.ReasonAuth, errors.New("x")), checks.ReasonAuth},
		{fmt.Errorf("x: %w", syscall.ECONNRESET), checks.ReasonTLS},
		{fmt.Errorf("x: %w", syscall.EHOSTUNREACH), checks.ReasonUnreachable},
		{fmt.Errorf("x: %w", syscall.EMFILE), checks.ReasonInternal},
	} {
		err := checktype.HandshakeError(c.err)
		if err.Error() != "tls handshake: "+c.err.Error() || checks.ReasonOf(err) != c.want || !errors.Is(err, c.err) {
			t.Errorf("HandshakeError(%v) = %v with the reason %s, want %s", c.err, err, checks.ReasonOf(err), c.want)
		}
	}
}
