package checktype_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

func TestBestVerifiedChainSaysWhenTrustEnds(t *testing.T) {
	early, middle, late := time.Unix(1_800_000_000, 0), time.Unix(1_850_000_000, 0), time.Unix(1_900_000_000, 0)
	certs := func(ends ...time.Time) []*x509.Certificate {
		var chain []*x509.Certificate
		for _, end := range ends {
			chain = append(chain, &x509.Certificate{NotAfter: end})
		}
		return chain
	}
	for name, c := range map[string]struct {
		sent     []*x509.Certificate
		verified [][]*x509.Certificate
		want     time.Time
	}{
		"no certificate":                         {nil, nil, time.Time{}},
		"one chain ends with its first":          {certs(late, early), [][]*x509.Certificate{certs(late, early)}, early},
		"one chain ends with its leaf":           {certs(early, late), [][]*x509.Certificate{certs(early, late)}, early},
		"an unused cross-signed certificate":     {certs(late, early), [][]*x509.Certificate{certs(late, late)}, late},
		"the better of two chains":               {certs(late, early), [][]*x509.Certificate{certs(late, early), certs(late, middle)}, middle},
		"the peer's own, if nothing is verified": {certs(middle, early), nil, middle},
	} {
		state := tls.ConnectionState{PeerCertificates: c.sent, VerifiedChains: c.verified}
		if got := checktype.NotAfter(state); !got.Equal(c.want) {
			t.Errorf("%s: NotAfter = %v, want %v", name, got, c.want)
		}
		values := map[string]float64{}
		checktype.ObserveCertificates(checks.WithObserver(t.Context(), func(name string, v float64) { values[name] = v }), state)
		if got, observed := values["tls_not_after_timestamp_seconds"]; observed != !c.want.IsZero() || observed && got != float64(c.want.Unix()) {
			t.Errorf("%s: observed %v, want %v", name, values, c.want)
		}
	}
}
