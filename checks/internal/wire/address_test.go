package wire_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func TestAddresses(t *testing.T) {
	const want = "want host:port with a port of 1 to 65535, or the path of a unix socket"
	for address, c := range map[string]struct {
		at    wire.Endpoint
		fault string
	}{
		"redis:6379":              {wire.Endpoint{Network: "tcp", Address: "redis:6379", Host: "redis"}, ""},
		"[2001:db8::1]:65535":     {wire.Endpoint{Network: "tcp", Address: "[2001:db8::1]:65535", Host: "2001:db8::1"}, ""},
		"/run/redis.sock":         {wire.Endpoint{Network: "unix", Address: "/run/redis.sock"}, ""},
		"unix:/run/redis.sock":    {wire.Endpoint{Network: "unix", Address: "/run/redis.sock"}, ""},
		"unix:///run/redis.sock":  {wire.Endpoint{Network: "unix", Address: "/run/redis.sock"}, ""},
		"unix:run/redis.sock":     {wire.Endpoint{Network: "unix", Address: "run/redis.sock"}, ""},
		"":                        {fault: "address: missing, want host:port or the path of a unix socket"},
		"unix:":                   {fault: "address: unix: has no path after it"},
		"redis://u:secret@h:6379": {fault: "address: looks like a URL, want host:port or the path of a unix socket"},
		"u:secret@h":              {fault: "address: looks like a URL, want host:port or the path of a unix socket"},
		"redis":                   {fault: `address: "redis", ` + want},
		":6379":                   {fault: `address: ":6379", ` + want},
		"a b:6379":                {fault: `address: "a b:6379", ` + want},
		"redis:0":                 {fault: `address: "redis:0", ` + want},
		"redis:65536":             {fault: `address: "redis:65536", ` + want},
		"redis:smtp":              {fault: `address: "redis:smtp", ` + want},
	} {
		var f checktype.Faults
		at := wire.ParseAddress(address, &f)
		if err := f.Err(); c.fault != "" && (err == nil || err.Error() != c.fault) || c.fault == "" && (err != nil || at != c.at) {
			t.Errorf("ParseAddress(%q) = %+v, %v; want %+v, %q", address, at, err, c.at, c.fault)
		}
	}
}

func TestTLSOverAUnixSocketIsAFault(t *testing.T) {
	for _, c := range []struct {
		network string
		wanted  bool
		faults  int
	}{{"unix", true, 1}, {"unix", false, 0}, {"tcp", true, 0}, {"tcp", false, 0}} {
		var f checktype.Faults
		wire.Endpoint{Network: c.network}.NoTLSOverUnix(c.wanted, &f)
		if len(f) != c.faults || c.faults == 1 && f.Err().Error() != "tls: given for a unix socket, want host:port" {
			t.Errorf("TLS %v over %s: faults %v, want %d", c.wanted, c.network, f, c.faults)
		}
	}
}

func TestEndpointSaysHowToConnectByHand(t *testing.T) {
	for _, c := range []struct {
		address  string
		settings *checks.TLS
		want     string
	}{
		{"[::1]:25", nil, "nc -vz ::1 25"},
		{"unix:///run/app.sock", nil, "nc -vzU /run/app.sock"},
		{"mail:465", &checks.TLS{}, "openssl s_client -connect mail:465 -servername mail -verify_hostname mail"},
		{"192.0.2.1:443", &checks.TLS{CAFile: "/ca.pem"}, "openssl s_client -connect 192.0.2.1:443 -CAfile /ca.pem"},
		{"192.0.2.1:443", &checks.TLS{ServerName: "web"}, "openssl s_client -connect 192.0.2.1:443 -servername web -verify_hostname web"},
		{"mail:465", &checks.TLS{ServerName: "web"}, "openssl s_client -connect mail:465 -servername web -verify_hostname web"},
	} {
		if got := strings.Join(wire.EndpointOf(c.address).ByHand(c.settings), " "); got != c.want {
			t.Errorf("%s by hand: %q, want %q", c.address, got, c.want)
		}
	}
}
