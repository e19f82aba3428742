package probe_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

func TestHTTPBuildSaysAllThatIsWrong(t *testing.T) {
	http := func(change func(*probe.HTTP)) probe.HTTP {
		s := probe.HTTP{URL: "https://shop.example.org/"}
		change(&s)
		return s
	}
	url := func(url string) probe.HTTP { return probe.HTTP{URL: url} }
	header := func(name, value string) probe.HTTP {
		return http(func(s *probe.HTTP) { s.Headers = map[string]string{name: value} })
	}
	const notURL = "url: is not a URL, want one such as https://shop.example.org/health"
	const notProxy = "proxy_url: is not a URL, want one such as http://user:password@proxy.example.org:3128; " +
		"a character such as @ / : # % in the password must be percent-encoded"
	refuseAll(t, []wrong{
		{"nothing", probe.HTTP{}, "url: missing, want one such as https://shop.example.org/health"},
		{"no scheme", url("shop.example.org"), notURL},
		{"no scheme but a port", url("localhost:8080/health"), notURL},
		{"other scheme", url("ftp://shop.example.org"), `url: scheme "ftp", want http or https`},
		{"no host", url("http:///health"), "url: has no host"},
		{"no URL", url("http://h/%zz?token=secret"), notURL},
		{"control character", url("http://h/\nx"), notURL},
		{"user", url("https://u:secret@shop.example.org/"), "url: has a user, use basic_auth"},
		{"port", url("https://shop.example.org:0/"), "url: port 0, want 1 to 65535"},
		{"large port", url("https://shop.example.org:65536/"), "url: port 65536, want 1 to 65535"},
		{"host in Unicode", url("https://bücher.example/"), `url: host "bücher.example", want it in ASCII (xn--…)`},
		{"method", http(func(s *probe.HTTP) { s.Method = "get" }), `method: "get", want one such as GET, HEAD or POST`},
		{"two words as method", http(func(s *probe.HTTP) { s.Method = "GET /x" }), `method: "GET /x", want one such as GET, HEAD or POST`},
		{"CONNECT", http(func(s *probe.HTTP) { s.Method = "CONNECT" }), `method: "CONNECT", want one such as GET, HEAD or POST`},
		{"header name", header("X Y", "1"), `headers: "X Y" is not the name of a header`},
		{"empty header name", header("", "1"), `headers: "" is not the name of a header`},
		{"header value", header("X-Y", "secret\r\nX-Z: 1"), "headers: the value of X-Y has a control character"},
		{"length", header("content-length", "1"), "headers: Content-Length is set by the check itself"},
		{"encoding", header("Transfer-Encoding", "chunked"), "headers: Transfer-Encoding is set by the check itself"},
		{"Host", header("Host", "a b"), `headers: Host "a b", want a host name, with or without a port`},
		{"header twice", http(func(s *probe.HTTP) { s.Headers = map[string]string{"x-y": "1", "X-Y": "2"} }), "headers: X-Y is given twice"},
		{"status", http(func(s *probe.HTTP) { s.Status = []string{"2xx", "99", "300-200", "1000", "200-", ""} }),
			"status: \"2xx\", want a code or a range such as 304 or 200-299\n" +
				"status: \"99\", want a code or a range such as 304 or 200-299\n" +
				"status: \"300-200\", want a code or a range such as 304 or 200-299\n" +
				"status: \"1000\", want a code or a range such as 304 or 200-299\n" +
				"status: \"200-\", want a code or a range such as 304 or 200-299\n" +
				"status: \"\", want a code or a range such as 304 or 200-299"},
		{"regexps", http(func(s *probe.HTTP) { s.BodyRegexp, s.BodyNotRegexp = "(", "[" }),
			"body_regexp: error parsing regexp: missing closing ): `(`\nbody_not_regexp: error parsing regexp: missing closing ]: `[`"},
		{"size", http(func(s *probe.HTTP) { s.MaxBodySize = -1 }), "max_body_size: -1, want a positive size"},
		{"user name", http(func(s *probe.HTTP) { s.BasicAuth = &probe.BasicAuth{Password: "p"} }), "basic_auth.username: missing"},
		{"colon", http(func(s *probe.HTTP) { s.BasicAuth = &probe.BasicAuth{Username: "a:b"} }),
			"basic_auth.username: has a colon, which HTTP does not allow"},
		{"both passwords", http(func(s *probe.HTTP) {
			s.BasicAuth = &probe.BasicAuth{Username: "u", Password: "p", PasswordFile: "f"}
		}), "basic_auth.password: given beside password_file, want one of them"},
		{"both tokens", http(func(s *probe.HTTP) { s.BearerToken, s.BearerTokenFile = "t", "f" }),
			"bearer_token: given beside bearer_token_file, want one of them"},
		{"token", http(func(s *probe.HTTP) { s.BearerToken = "secret\n" }), "bearer_token: has a control character"},
		{"all ways to authenticate", http(func(s *probe.HTTP) {
			s.BasicAuth, s.BearerToken, s.Headers = &probe.BasicAuth{Username: "u"}, "t", map[string]string{"authorization": "x"}
		}), "basic_auth: given beside bearer_token and an Authorization header, want one of them"},
		{"half a key pair", http(func(s *probe.HTTP) { s.TLS = &checks.TLS{CertFile: "c"} }),
			"tls.cert_file: given without key_file"},
		{"tls without https", probe.HTTP{URL: "http://h/", TLS: &checks.TLS{}}, "tls: given, but the url begins with http://"},
		{"proxy", http(func(s *probe.HTTP) { s.ProxyURL = "ftp://p:1" }),
			"proxy_url: scheme \"ftp\", want http, https or socks5"},
		{"TLS to a plain proxy", http(func(s *probe.HTTP) { s.ProxyURL, s.ProxyTLS = "http://p:1", &checks.TLS{MinVersion: "x"} }),
			"proxy_tls: given, but proxy_url does not begin with https://\nproxy_tls.min_version: \"x\", want TLS10, TLS11, TLS12 or TLS13"},
		{"proxy credentials without a proxy", http(func(s *probe.HTTP) { s.Headers = map[string]string{"Proxy-Authorization": "x"} }),
			"headers: Proxy-Authorization is given without an HTTP proxy"},
		{"proxy credentials twice", http(func(s *probe.HTTP) {
			s.ProxyURL, s.Headers = "http://u:p@p:1", map[string]string{"proxy-authorization": "x"}
		}), "headers: Proxy-Authorization is given beside a user in proxy_url, want one of them"},
		{"HTTP version", http(func(s *probe.HTTP) { s.HTTPVersion = "3" }), "http_version: \"3\", want 1.1 or 2"},
		{"HTTP/2 through a proxy", http(func(s *probe.HTTP) { s.URL, s.HTTPVersion, s.ProxyURL = "http://a", "2", "http://p:1" }),
			"http_version: 2 without TLS cannot pass an HTTP proxy"},
		{"no proxy URL", http(func(s *probe.HTTP) { s.ProxyURL = "http://%zz" }), notProxy},
		{"a slash in the password of the proxy", http(func(s *probe.HTTP) { s.ProxyURL = "http://u:p/w@proxy:1" }), notProxy},
		{"proxy and socket", http(func(s *probe.HTTP) { s.ProxyURL, s.UnixSocket = "http://p:1", "/s" }),
			"proxy_url: given beside unix_socket, want one of them"},
		{"several", probe.HTTP{Method: "-\n", Status: []string{"x"}, BodyRegexp: "(", MaxBodySize: -5},
			"url: missing, want one such as https://shop.example.org/health\n" +
				"method: \"-\\n\", want one such as GET, HEAD or POST\n" +
				"status: \"x\", want a code or a range such as 304 or 200-299\n" +
				"body_regexp: error parsing regexp: missing closing ): `(`\n" +
				"max_body_size: -5, want a positive size"},
	})
}

func TestTCPBuildSaysAllThatIsWrong(t *testing.T) {
	const want = ", want host:port or unix:///path"
	refuseAll(t, []wrong{
		{"nothing", probe.TCP{}, "address: missing" + want},
		{"no port", probe.TCP{Address: "host"}, `address: "host"` + want},
		{"no host", probe.TCP{Address: ":25"}, `address: ":25"` + want},
		{"named port", probe.TCP{Address: "host:smtp"}, `address: "host:smtp"` + want},
		{"port 0", probe.TCP{Address: "host:0"}, `address: "host:0"` + want},
		{"URL", probe.TCP{Address: "tcp://host:25"}, `address: "tcp://host:25"` + want},
		{"bare IPv6", probe.TCP{Address: "::1:25"}, `address: "::1:25"` + want},
		{"no path", probe.TCP{Address: "unix://"}, "address: unix:// without a path, want one such as unix:///run/app.sock"},
		{"socket without a name", probe.TCP{Address: "unix:///s", TLS: &checks.TLS{}}, "tls.server_name: missing, a unix socket has no host"},
		{"regexp", probe.TCP{Address: "h:1", Expect: "("}, "expect: error parsing regexp: missing closing ): `(`"},
		{"both forms", probe.TCP{Address: "h:1", Send: "x", Steps: []probe.TCPStep{{Send: "y"}}}, "steps: given beside send or expect, want one of both forms"},
		{"reject alone", probe.TCP{Address: "h:1", Steps: []probe.TCPStep{{Send: "x", Reject: "^5"}}}, "steps: one has reject without expect"},
		{"rejected regexp", probe.TCP{Address: "h:1", Steps: []probe.TCPStep{{Expect: "x", Reject: "("}}}, "reject: error parsing regexp: missing closing ): `(`"},
		{"starttls twice", probe.TCP{Address: "h:1", Steps: []probe.TCPStep{{Expect: "x", StartTLS: true}, {Expect: "x", StartTLS: true}}}, "steps: two have starttls, want one"},
		{"starttls over a socket", probe.TCP{Address: "unix:///s", Steps: []probe.TCPStep{{Expect: "x", StartTLS: true}}}, "tls.server_name: missing, a unix socket has no host"},
		{"several", probe.TCP{TLS: &checks.TLS{MinVersion: "SSL3"}, Steps: []probe.TCPStep{{}, {Expect: "["}}},
			"address: missing" + want + "\ntls.min_version: \"SSL3\", want TLS10, TLS11, TLS12 or TLS13\n" +
				"steps: one has neither send nor expect\nexpect: error parsing regexp: missing closing ]: `[`"},
	})
}

func TestDNSBuildSaysAllThatIsWrong(t *testing.T) {
	dns := func(change func(*probe.DNS)) probe.DNS {
		s := probe.DNS{Name: "www.example.org", Server: "192.0.2.53"}
		change(&s)
		return s
	}
	answer := func(kind, record string) probe.DNS {
		return dns(func(s *probe.DNS) { s.RecordType, s.Answers = kind, []string{record} })
	}
	refuseAll(t, []wrong{
		{"name", dns(func(s *probe.DNS) { s.Name = "" }), "name: missing, want one such as www.example.org"},
		{"empty label", dns(func(s *probe.DNS) { s.Name = "a..b" }), `name: "a..b", want a domain name in ASCII`},
		{"Unicode", dns(func(s *probe.DNS) { s.Name = "bücher.example" }), `name: "bücher.example", want a domain name in ASCII`},
		{"long label", dns(func(s *probe.DNS) { s.Name = "a123456789b123456789c123456789d123456789e123456789f123456789g123.org" }),
			`name: "a123456789b123456789c123456789d123456789e123456789f123456789g123.org", want a domain name in ASCII`},
		{"server", dns(func(s *probe.DNS) { s.Server = "a b" }), `server: "a b", want host or host:port`},
		{"server's port", dns(func(s *probe.DNS) { s.Server = "ns.example.org:dns" }), `server: "ns.example.org:dns", want host or host:port`},
		{"type", dns(func(s *probe.DNS) { s.RecordType = "a" }), `type: "a", want A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV or TXT`},
		{"TLS", dns(func(s *probe.DNS) { s.TLS = &checks.TLS{MinVersion: "SSL3"} }), `tls.min_version: "SSL3", want TLS10, TLS11, TLS12 or TLS13`},
		{"transport", dns(func(s *probe.DNS) { s.Transport = "quic" }), `transport: "quic", want udp or tcp`},
		{"TLS over UDP", dns(func(s *probe.DNS) { s.Transport, s.TLS = "udp", &checks.TLS{} }), "tls: given, but transport is udp"},
		{"rcode", dns(func(s *probe.DNS) { s.Rcode = "OK" }), `rcode: "OK", want one such as NOERROR or NXDOMAIN`},
		{"answers without success", dns(func(s *probe.DNS) { s.Rcode, s.Answers = "NXDOMAIN", []string{"192.0.2.1"} }),
			"answers: given, but the wanted rcode is NXDOMAIN"},
		{"match", dns(func(s *probe.DNS) { s.Match, s.Answers = "some", []string{"192.0.2.1"} }), `match: "some", want all, any or exact`},
		{"match alone", dns(func(s *probe.DNS) { s.Match = "any" }), "match: given without answers"},
		{"A", answer("A", "::1"), `answers: "::1" is not a record of type A`},
		{"AAAA", answer("AAAA", "192.0.2.1"), `answers: "192.0.2.1" is not a record of type AAAA`},
		{"MX", answer("MX", "mail.example.org"), `answers: "mail.example.org" is not a record of type MX`},
		{"MX", answer("MX", "4294967296 mail"), `answers: "4294967296 mail" is not a record of type MX`},
		{"SRV", answer("SRV", "0 5 x sip.example.org"), `answers: "0 5 x sip.example.org" is not a record of type SRV`},
		{"NS", answer("NS", "a..b"), `answers: "a..b" is not a record of type NS`},
		{"CAA", answer("CAA", `256 issue "ca"`), `answers: "256 issue \"ca\"" is not a record of type CAA`},
		{"CAA", answer("CAA", "issue ca"), `answers: "issue ca" is not a record of type CAA`},
		{"several", probe.DNS{Server: "h:0", RecordType: "B", Transport: "x", Rcode: "y", Match: "z", Answers: []string{"1"}},
			"name: missing, want one such as www.example.org\nserver: \"h:0\", want host or host:port\n" +
				"type: \"B\", want A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV or TXT\ntransport: \"x\", want udp or tcp\n" +
				"rcode: \"y\", want one such as NOERROR or NXDOMAIN\nmatch: \"z\", want all, any or exact"},
	})
}

func TestBuildDoesNoInputOrOutput(t *testing.T) {
	for _, spec := range []checks.Spec{
		probe.HTTP{URL: "https://nowhere.invalid/", BearerTokenFile: "/nonexistent", TLS: &checks.TLS{CAFile: "/nonexistent"}},
		probe.TCP{Address: "nowhere.invalid:1", TLS: &checks.TLS{CertFile: "/nonexistent", KeyFile: "/nonexistent"}},
		probe.DNS{Name: "nowhere.invalid", Server: "nowhere.invalid", TLS: &checks.TLS{CAFile: "/nonexistent"}},
	} {
		if f, err := spec.Build(); f == nil || err != nil {
			t.Errorf("%T: Build = %v, want a function", spec, err)
		}
	}
}
