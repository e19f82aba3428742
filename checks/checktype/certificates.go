package checktype

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// ObserveCertificates observes tls_not_after_timestamp_seconds: the Unix time
// at which a client will no longer trust the peer, as [NotAfter] returns it. It
// also records the certificates in the run's [checks.Trace].
func ObserveCertificates(ctx context.Context, state tls.ConnectionState) {
	checks.TraceOf(ctx).Secured(state.Version, state.PeerCertificates)
	if end := NotAfter(state); !end.IsZero() {
		checks.Observe(ctx, "tls_not_after_timestamp_seconds", float64(end.Unix()))
	}
}

// NotAfter returns when trust in the peer's certificates ends: a chain ends when
// its first certificate ends. Of several verified chains, the chain that ends
// last counts, so an expired cross-signed certificate is harmless if no verified
// chain needs it. Without a verified chain (insecure_skip_verify) the peer's own
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

const day = 24 * time.Hour

// ValidateDays returns the faults of the settings warn_days and fail_days, whose
// keys begin with prefix. Zero means not given.
func ValidateDays(prefix string, warn, fail int) error {
	var f Faults
	f.Check(warn < 0, prefix+"warn_days", "%d, want 0 or more", warn)
	f.Check(fail < 0, prefix+"fail_days", "%d, want 0 or more", fail)
	f.Check(warn > 0 && warn < fail, prefix+"warn_days", "%d, want at least fail_days, which is %d", warn, fail)
	return f.Err()
}

// JudgeDays compares the days until certificates end with warn_days and
// fail_days: fewer days are a warning or a failure with the reason threshold.
func JudgeDays(end time.Time, warn, fail int) error {
	left := time.Until(end)
	found := fmt.Sprintf("certificate expires in %s, at %s", Days(left), end.UTC().Format(time.RFC3339))
	switch {
	case end.IsZero():
		return nil
	case fail > 0 && left < time.Duration(fail)*day:
		return checks.Fail(checks.ReasonThreshold, fmt.Errorf("%s, want at least %d days", found, fail))
	case warn > 0 && left < time.Duration(warn)*day:
		return checks.Warnf("%s, want at least %d days", found, warn)
	}
	return nil
}

// Days returns a time as whole days, or as hours below two days.
func Days(d time.Duration) string {
	if d < 2*day {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/day)
}
