package checktype

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// ObserveCertificates observes tls_not_after_timestamp_seconds: the Unix time
// at which a client will no longer trust the peer, as [NotAfter] returns it.
func ObserveCertificates(ctx context.Context, state tls.ConnectionState) {
	if end := NotAfter(state); !end.IsZero() {
		checks.Observe(ctx, "tls_not_after_timestamp_seconds", float64(end.Unix()))
	}
}

// NotAfter returns when trust in the peer's certificates ends: a chain ends with
// the first of its certificates, and of several verified chains the last to end
// counts. So an expired cross-signed certificate that no verified chain needs
// does no harm. Without a verified chain (insecure_skip_verify) the peer's own
// certificate counts. The zero time means that the peer sent no certificate.
func NotAfter(state tls.ConnectionState) time.Time {
	var best time.Time
	for _, chain := range state.VerifiedChains {
		if end := firstEnd(chain); end.After(best) {
			best = end
		}
	}
	if best.IsZero() && len(state.PeerCertificates) > 0 {
		return state.PeerCertificates[0].NotAfter
	}
	return best
}

func firstEnd(chain []*x509.Certificate) time.Time {
	var first time.Time
	for _, cert := range chain {
		if first.IsZero() || cert.NotAfter.Before(first) {
			first = cert.NotAfter
		}
	}
	return first
}
