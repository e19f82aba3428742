package probe_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestTypesSayHowToRepeatThemAndTheirLimits(t *testing.T) {
	const never, soon = "[]", "[{tls_not_after_timestamp_seconds 14 days before 3 days before {0 0 0 0}}]"
	const end = "[{tls_not_after_timestamp_seconds  once it is over {0 0 0 0}}]"
	days := &checks.TLS{WarnDays: 14, FailDays: 3}
	for _, c := range []struct {
		spec           checks.Spec
		byHand, limits string
	}{
		{probe.HTTP{URL: "http://web:8080/ping?x=1"}, "curl -v http://web:8080/ping?x=1", never},
		{probe.HTTP{URL: "http://web/", Method: "GET", Headers: map[string]string{"X-Key": faulttest.Planted}, BearerToken: faulttest.Planted}, "curl -v http://web/", never},
		{
			probe.HTTP{URL: "https://web/", Method: "HEAD", FollowRedirects: true, TLS: &checks.TLS{CAFile: "/ca.pem"}, BasicAuth: &probe.BasicAuth{Username: "anna", Password: faulttest.Planted}},
			"curl -v --head --location --cacert /ca.pem --user anna https://web/", end,
		},
		{probe.HTTP{URL: "http://docker/info", UnixSocket: "/run/docker.sock", Method: "POST", Body: faulttest.Planted}, "curl -v --request POST --unix-socket /run/docker.sock http://docker/info", never},
		{probe.HTTP{URL: "https://web/", TLS: &checks.TLS{InsecureSkipVerify: true, WarnDays: 14, FailDays: 3}}, "curl -v --insecure https://web/", soon},
		{probe.TCP{Address: "mail:25", Send: faulttest.Planted, Expect: "^220"}, "nc -vz mail 25", never},
		{probe.TCP{Address: "mail:465", TLS: days}, "openssl s_client -connect mail:465 -servername mail -verify_hostname mail", soon},
		{probe.TLS{Address: "web:443"}, "openssl s_client -connect web:443 -servername web -verify_hostname web", end},
		{probe.TLS{Address: "192.0.2.1:443", TLS: &checks.TLS{CAFile: "/ca.pem"}, WarnDays: 14, FailDays: 3}, "openssl s_client -connect 192.0.2.1:443 -CAfile /ca.pem", soon},
		{probe.TLS{File: "/web.pem"}, "openssl x509 -noout -subject -enddate -in /web.pem", end},
		{probe.DNS{Name: "example.org"}, "dig example.org", never},
		{probe.DNS{Name: "example.org", Server: "192.0.2.53:5353", RecordType: "MX", Transport: "tcp", NoRecursion: true}, "dig @192.0.2.53 -p 5353 +tcp +norecurse example.org MX", never},
		{probe.DNS{Name: "192.0.2.1", Server: "192.0.2.53", RecordType: "PTR", TLS: days}, "dig @192.0.2.53 +tls -x 192.0.2.1", soon},
		{probe.DNS{Name: "1.2.0.192.in-addr.arpa", RecordType: "PTR", Transport: "udp"}, "dig 1.2.0.192.in-addr.arpa PTR", never},
		{probe.DNS{Name: "192.0.2.1", RecordType: "A"}, "dig 192.0.2.1 A", never},
	} {
		faulttest.Explains(t, c.spec, c.byHand, c.limits)
	}
}
