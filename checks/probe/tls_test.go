package probe_test

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// until is how an output says when that certificate ends.
func until(leaf faulttest.Leaf) string {
	end := leaf.TLS.Leaf.NotAfter
	return "certificate expires in 29 days, at " + end.UTC().Format(time.RFC3339)
}

func TestTLSPassesWithATrustedCertificate(t *testing.T) {
	certs := faulttest.Certificates(t)
	settings := &checks.TLS{CAFile: certs.CAFile}
	address := faulttest.TLS(t, certs.Good, nil)
	r := run(t, probe.TLS{Address: address, TLS: settings})
	r.passes(t, "TLS 1.3, "+until(certs.Good))
	r.observes(t, "connect_seconds", "tls_seconds", "tls_not_after_timestamp_seconds")
	run(t, probe.TLS{Address: address, WarnDays: 20, FailDays: 10, TLS: settings}).passes(t, "TLS 1.3, "+until(certs.Good))

	socket := filepath.Join(t.TempDir(), "s")
	listener, err := tls.Listen("unix", socket, certs.Good.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		if conn, err := listener.Accept(); err == nil {
			conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	run(t, probe.TLS{Address: socket, TLS: &checks.TLS{CAFile: certs.CAFile, ServerName: "localhost"}}).passes(t, "TLS 1.3, "+until(certs.Good))
	<-served
}

// An expired certificate that no trusted chain needs alarmed for ever.
func TestTLSJudgesTheBestChain(t *testing.T) {
	certs := faulttest.Certificates(t)
	r := run(t, probe.TLS{Address: faulttest.TLS(t, certs.CrossSigned, nil), WarnDays: 20, TLS: &checks.TLS{CAFile: certs.CAFile}})
	r.passes(t, "TLS 1.3, "+until(certs.CrossSigned))
	if got, want := r.observed["tls_not_after_timestamp_seconds"], float64(certs.CrossSigned.TLS.Leaf.NotAfter.Unix()); got != want {
		t.Errorf("tls_not_after_timestamp_seconds = %v, want that of the leaf, %v", got, want)
	}
}

func TestTLSWarnsAndFailsByDays(t *testing.T) {
	certs := faulttest.Certificates(t)
	settings := &checks.TLS{CAFile: certs.CAFile}
	address := faulttest.TLS(t, certs.Good, nil)
	r := run(t, probe.TLS{Address: address, WarnDays: 40, FailDays: 10, TLS: settings})
	if text, warned := checks.Warning(r.err); !warned || text != until(certs.Good)+", want at least 40 days" || r.output != "TLS 1.3, "+until(certs.Good) {
		t.Errorf("run = %q, %v, want a pass with a warning", r.output, r.err)
	}
	run(t, probe.TLS{Address: address, WarnDays: 40, FailDays: 35, TLS: settings}).
		fails(t, checks.ReasonThreshold, "tls handshake with "+address+": "+until(certs.Good)+", want at least 35 days")
	// Every type takes the days under its tls.
	days := &checks.TLS{CAFile: certs.CAFile, WarnDays: 40}
	warned := run(t, probe.TCP{Address: address, TLS: days})
	if text, is := checks.Warning(warned.err); !is || text != until(certs.Good)+", want at least 40 days" || warned.output != "connected to "+address {
		t.Errorf("tcp = %q, %v, want a pass with a warning", warned.output, warned.err)
	}
}

func TestTLSFails(t *testing.T) {
	certs := faulttest.Certificates(t)
	settings := &checks.TLS{CAFile: certs.CAFile}
	old := certs.Good.Config()
	old.MaxVersion = tls.VersionTLS12
	address := faulttest.Serve(t, func(conn net.Conn) { tls.Server(conn, old).Handshake() })
	run(t, probe.TLS{Address: address, TLS: settings}).passes(t, "TLS 1.2, "+until(certs.Good))
	r := run(t, probe.TLS{Address: address, TLS: &checks.TLS{CAFile: certs.CAFile, MinVersion: "TLS13"}})
	if checks.ReasonOf(r.err) != checks.ReasonTLS || !strings.HasPrefix(r.err.Error(), "tls handshake with "+address+": ") {
		t.Errorf("run = %v, want a handshake that failed", r.err)
	}
	address = faulttest.TLS(t, certs.Expired, nil)
	run(t, probe.TLS{Address: address, TLS: settings}).
		fails(t, checks.ReasonTLS, "tls handshake with "+address+": certificate expired at "+certs.Expired.TLS.Leaf.NotAfter.UTC().Format(time.RFC3339))
}

func TestTLSOfAFile(t *testing.T) {
	certs := faulttest.Certificates(t)
	r := run(t, probe.TLS{File: certs.Good.CertFile})
	r.passes(t, until(certs.Good))
	r.observes(t, "tls_not_after_timestamp_seconds")
	run(t, probe.TLS{File: certs.Good.CertFile, TLS: &checks.TLS{CAFile: certs.CAFile, ServerName: "localhost"}}).passes(t, until(certs.Good))
	if r := run(t, probe.TLS{File: certs.Good.CertFile, WarnDays: 40}); r.output != until(certs.Good) {
		t.Errorf("run = %q, %v, want a pass with a warning", r.output, r.err)
	} else if text, warned := checks.Warning(r.err); !warned || text != until(certs.Good)+", want at least 40 days" {
		t.Errorf("warning = %q, want the days", text)
	}
	run(t, probe.TLS{File: certs.Good.CertFile, FailDays: 40}).fails(t, checks.ReasonThreshold, until(certs.Good)+", want at least 40 days")

	bundle := func(files ...string) string {
		var all []byte
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, data...)
		}
		return write(t, string(all))
	}
	file := bundle(certs.Good.CertFile, certs.Expired.CertFile)
	run(t, probe.TLS{File: file}).fails(t, checks.ReasonTLS,
		"file "+file+": certificate expired at "+certs.Expired.TLS.Leaf.NotAfter.UTC().Format(time.RFC3339))
	// With a ca_file, a certificate that no chain uses does not count.
	run(t, probe.TLS{File: file, TLS: &checks.TLS{CAFile: certs.CAFile}}).passes(t, until(certs.Good))
	run(t, probe.TLS{File: certs.Expired.CertFile, TLS: &checks.TLS{CAFile: certs.CAFile}}).
		failsWith(t, checks.ReasonTLS, "file "+certs.Expired.CertFile+": certificate expired at ")
	run(t, probe.TLS{File: certs.NotYetValid.CertFile}).fails(t, checks.ReasonTLS,
		"file "+certs.NotYetValid.CertFile+": certificate is not yet valid, it begins at "+certs.NotYetValid.TLS.Leaf.NotBefore.UTC().Format(time.RFC3339))
	run(t, probe.TLS{File: certs.OfUnknownCA.CertFile, TLS: &checks.TLS{CAFile: certs.CAFile}}).
		fails(t, checks.ReasonTLS, "file "+certs.OfUnknownCA.CertFile+": certificate signed by unknown authority")
	run(t, probe.TLS{File: certs.Good.CertFile, TLS: &checks.TLS{ServerName: "shop.example.org"}}).
		fails(t, checks.ReasonTLS, "file "+certs.Good.CertFile+": certificate is valid for localhost, not shop.example.org")
	run(t, probe.TLS{File: certs.Good.KeyFile}).fails(t, checks.ReasonTLS, "file "+certs.Good.KeyFile+": holds no PEM certificate")
	run(t, probe.TLS{File: "/no/such/cert.pem"}).fails(t, checks.ReasonError, "file /no/such/cert.pem: no such file or directory")
	run(t, probe.TLS{File: certs.Good.CertFile, TLS: &checks.TLS{CAFile: "/no/such/ca.pem"}}).
		fails(t, checks.ReasonInternal, "local: tls: ca_file /no/such/ca.pem: no such file or directory")
}

func TestTLSBuildSaysAllThatIsWrong(t *testing.T) {
	refuseAll(t, []wrong{
		{"nothing", probe.TLS{}, "address: missing, want host:port or the path of a unix socket"},
		{"both", probe.TLS{Address: "h:1", File: "/f"}, "file: given beside address, want one of them"},
		{"socket without a name", probe.TLS{Address: "/s"}, "tls.server_name: missing, a unix socket has no host"},
		{"days", probe.TLS{File: "/f", WarnDays: 5, FailDays: 7}, "warn_days: 5, want at least fail_days, which is 7"},
		{"negative days", probe.TLS{File: "/f", WarnDays: -5, FailDays: -7}, "warn_days: -5, want 0 or more\nfail_days: -7, want 0 or more"},
		{"days twice", probe.TLS{File: "/f", WarnDays: 5, TLS: &checks.TLS{WarnDays: 5}}, "tls.warn_days: given, want warn_days"},
		{"several", probe.TLS{Address: "h", FailDays: -1, TLS: &checks.TLS{MinVersion: "SSL3", FailDays: -1}},
			`address: "h", want host:port with a port of 1 to 65535, or the path of a unix socket` + "\nfail_days: -1, want 0 or more\n" +
				`tls.min_version: "SSL3", want TLS10, TLS11, TLS12 or TLS13` + "\ntls.fail_days: -1, want 0 or more\ntls.fail_days: given, want fail_days"},
	})
}

func TestTLSStandsTheFaultTable(t *testing.T) {
	certs := faulttest.Certificates(t)
	settings := func(address string, tls checks.TLS) checks.Spec { return probe.TLS{Address: address, TLS: &tls} }
	// Without TLS settings the check still speaks TLS: what a plain peer says is
	// not TLS.
	noTLS := faulttest.Want{Reason: checks.ReasonTLS}
	faulttest.Run(t, faulttest.Subject{
		Type: "tls",
		Spec: func(address string) checks.Spec { return settings(address, checks.TLS{CAFile: certs.CAFile}) },
		TLS:  settings,
		Except: map[string]faulttest.Want{
			"closed": noTLS, "reset": {Reason: checks.ReasonTLS, Or: []checks.Reason{checks.ReasonProtocol}, Text: "connection reset by peer"}, "reset in the middle": noTLS, "drip": {Reason: checks.ReasonTimeout}, "endless": noTLS, "long line": noTLS,
			"headers": noTLS, "garbage": noTLS, "echo": noTLS, "tls on a plain port": noTLS,
		},
	})
}
