package checktype_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
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

func TestDaysAreJudged(t *testing.T) {
	in := func(days float64) time.Time {
		return time.Now().Add(time.Duration(days*24)*time.Hour + time.Minute)
	}
	for _, c := range []struct {
		end        time.Time
		warn, fail int
		reason     checks.Reason
		text       string
	}{
		{time.Time{}, 30, 20, "", ""},
		{in(40), 30, 20, "", ""},
		{in(30), 30, 20, "", ""},
		{in(29), 30, 20, "", "certificate expires in 29 days, at "},
		{in(29), 0, 20, "", ""},
		{in(19), 30, 20, checks.ReasonThreshold, "certificate expires in 19 days, at "},
		{in(19), 0, 20, checks.ReasonThreshold, "certificate expires in 19 days, at "},
		{in(1.5), 2, 0, "", "certificate expires in 36 hours, at "},
		{in(-5), 0, 0, "", ""}, // For insecure_skip_verify: nobody has asked.
	} {
		err := checktype.JudgeDays(c.end, c.warn, c.fail)
		text, warned := checks.Warning(err)
		switch {
		case c.text == "" && err != nil:
			t.Errorf("JudgeDays(%v, %d, %d) = %v, want nil", c.end, c.warn, c.fail, err)
		case c.text != "" && c.reason == "" && (!warned || !strings.HasPrefix(text, c.text)):
			t.Errorf("JudgeDays(%v, %d, %d) = %v, want the warning %q", c.end, c.warn, c.fail, err, c.text)
		case c.reason != "" && (warned || checks.ReasonOf(err) != c.reason || !strings.HasPrefix(err.Error(), c.text)):
			t.Errorf("JudgeDays(%v, %d, %d) = %v, want the failure %q", c.end, c.warn, c.fail, err, c.text)
		}
	}
}

func TestHandshakeWarnsAndFailsByDays(t *testing.T) {
	certs := faulttest.Certificates(t)
	address := faulttest.TLS(t, certs.Good, nil)
	_, err := client(t, &checks.TLS{CAFile: certs.CAFile, WarnDays: 40}, address)
	if text, warned := checks.Warning(err); !warned || !strings.HasPrefix(text, "certificate expires in 29 days") {
		t.Errorf("Handshake with warn_days = %v, want a connection and a warning", err)
	}
	if _, err = client(t, &checks.TLS{CAFile: certs.CAFile, FailDays: 40}, address); checks.ReasonOf(err) != checks.ReasonThreshold {
		t.Errorf("Handshake with fail_days = %v, want the reason threshold", err)
	}
}

func TestDaysHaveLimits(t *testing.T) {
	for _, c := range []struct {
		warn, fail int
		want       string
	}{
		{0, 0, ""},
		{7, 7, ""},
		{1, 0, ""},
		{0, 1, ""},
		{-1, 0, "tls.warn_days: -1, want 0 or more"},
		{0, -1, "tls.fail_days: -1, want 0 or more"},
		{1, 2, "tls.warn_days: 1, want at least fail_days, which is 2"},
		{6, 7, "tls.warn_days: 6, want at least fail_days, which is 7"},
	} {
		if err := checktype.ValidateDays("tls.", c.warn, c.fail); (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("ValidateDays(%d, %d) = %v, want %q", c.warn, c.fail, err, c.want)
		}
	}
}

func TestOneDayIsALimitAndTwoDaysAreWrittenAsDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // Time stands still.
		in := func(d time.Duration) time.Time { return time.Now().Add(d) }
		const day = 24 * time.Hour
		if err := checktype.JudgeDays(in(day), 1, 1); err != nil {
			t.Errorf("%v, want nothing: exactly one day is left", err)
		}
		if err := checktype.JudgeDays(in(day-time.Second), 0, 1); checks.ReasonOf(err) != checks.ReasonThreshold || !strings.Contains(err.Error(), "expires in 23 hours") {
			t.Errorf("%v, want a failure", err)
		}
		if err := checktype.JudgeDays(in(day-time.Second), 1, 0); err == nil {
			t.Error("nothing, want a warning")
		}
		for d, want := range map[time.Duration]string{2*day - 1: "47 hours", 2 * day: "2 days", 10*day + 5*time.Hour: "10 days"} {
			if got := checktype.Days(d); got != want {
				t.Errorf("Days(%v) = %s, want %s", d, got, want)
			}
		}
	})
}

// A peer that fails the limit is not left with an open connection.
func TestAHandshakeBelowTheLimitClosesTheConnection(t *testing.T) {
	certs := faulttest.Certificates(t)
	raw, err := net.Dial("tcp", faulttest.TLS(t, certs.Good, nil))
	if err != nil {
		t.Fatal(err)
	}
	conn := &noted{Conn: raw}
	_, err = checktype.Handshake(t.Context(), conn, &checks.TLS{CAFile: certs.CAFile, FailDays: 4000}, "127.0.0.1")
	if checks.ReasonOf(err) != checks.ReasonThreshold || !conn.closed {
		t.Errorf("%v, closed %v, want a failure and a closed connection", err, conn.closed)
	}
}

// noted remembers that it was closed.
type noted struct {
	net.Conn
	closed bool
}

func (n *noted) Close() error {
	n.closed = true
	return n.Conn.Close()
}
