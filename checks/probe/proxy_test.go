package probe_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// tunnel is a proxy that answers CONNECT with that status and then, for 200,
// connects to target whatever was asked for.
func tunnel(t *testing.T, answer, target string, asked *http.Request) string {
	return faulttest.Serve(t, func(conn net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		*asked = *request
		io.WriteString(conn, "HTTP/1.1 "+answer+"\r\n\r\n")
		if target != "" {
			faulttest.Proxy(target)(conn)
		}
	})
}

func TestHTTPAsksAProxyForTheWholeURL(t *testing.T) {
	var asked http.Request
	address := faulttest.Serve(t, func(conn net.Conn) {
		if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			asked = *request
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	run(t, probe.HTTP{URL: "http://shop.example.org/health?a=b", ProxyURL: "http://" + address}).passes(t, "200 OK")
	if asked.RequestURI != "http://shop.example.org/health?a=b" || asked.Host != "shop.example.org" {
		t.Errorf("the proxy was asked for %s, host %s", asked.RequestURI, asked.Host)
	}
}

func TestHTTPTunnelsTLSThroughAProxy(t *testing.T) {
	certs := faulttest.Certificates(t)
	url := tlsServer(t, certs, status(200, "secret"))
	var asked http.Request
	proxy := tunnel(t, "200 Connection established", peerOf(url), &asked)
	run(t, probe.HTTP{
		URL: url, ProxyURL: "http://" + proxy, BodyRegexp: "secret", BearerToken: "t0ken", TLS: &checks.TLS{CAFile: certs.CAFile},
	}).passes(t, "200 OK")
	if asked.Method != http.MethodConnect || asked.RequestURI != peerOf(url) || asked.Header.Get("Authorization") != "" {
		t.Errorf("the proxy was asked %s %s with Authorization %q", asked.Method, asked.RequestURI, asked.Header.Get("Authorization"))
	}
}

func TestHTTPTellsWhatAProxyRefuses(t *testing.T) {
	var asked http.Request
	for answer, reason := range map[string]checks.Reason{"407 x": checks.ReasonAuth, "403 x": checks.ReasonAuth, "502 x": checks.ReasonUnreachable} {
		proxy := tunnel(t, answer, "", &asked)
		run(t, probe.HTTP{URL: "https://shop.example.org/", ProxyURL: "http://" + proxy}).
			fails(t, reason, "proxy "+proxy+" answers CONNECT shop.example.org:443 with status "+answer[:3]+", want 200")
	}
}

// authenticated wants user and password before it is a proxy.
func authenticated(t *testing.T, target string, seen *witness) http.HandlerFunc {
	return seen.record(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Method != http.MethodConnect {
			io.WriteString(w, "forwarded")
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		faulttest.Proxy(target)(conn)
	})
}

func TestHTTPProxyGetsItsOwnCredentials(t *testing.T) {
	certs := faulttest.Certificates(t)
	var target, proxied witness
	url := tlsServer(t, certs, target.record(status(200, "")))
	proxy := peerOf(httpServer(t, authenticated(t, peerOf(url), &proxied)))
	header := map[string]string{"proxy-authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "X-Own": "1"}
	trusted := &checks.TLS{CAFile: certs.CAFile}
	for name, spec := range map[string]probe.HTTP{
		"in its URL, tunnel":       {URL: url, TLS: trusted, ProxyURL: "http://Aladdin:open%20sesame@" + proxy, Headers: map[string]string{"X-Own": "1"}},
		"in its header, tunnel":    {URL: url, TLS: trusted, ProxyURL: "http://" + proxy, Headers: header},
		"in its URL, forwarded":    {URL: "http://shop.example.org/", ProxyURL: "http://Aladdin:open%20sesame@" + proxy, BodyRegexp: "forwarded"},
		"in its header, forwarded": {URL: "http://shop.example.org/", ProxyURL: "http://" + proxy, Headers: header, BodyRegexp: "forwarded"},
	} {
		t.Run(name, func(t *testing.T) { run(t, spec).passes(t, "200 OK") })
	}
	for _, r := range target.seen {
		if r.Header.Get("Proxy-Authorization") != "" || r.Header.Get("X-Own") != "1" {
			t.Errorf("the target was sent %v, want X-Own and nothing of the proxy's", r.Header)
		}
	}
	for _, r := range proxied.seen {
		if r.Method == http.MethodConnect && r.Header.Get("X-Own") != "" {
			t.Errorf("the proxy was sent %v for a tunnel, want nothing of the target's", r.Header)
		}
	}
	run(t, probe.HTTP{URL: "http://shop.example.org/", ProxyURL: "http://u:" + canary + "@" + proxy}).
		fails(t, checks.ReasonAuth, "status 407, want 200 to 299")
}

func TestHTTPSProxyHasSettingsOfItsOwn(t *testing.T) {
	certs := faulttest.Certificates(t)
	var target, proxied witness
	url := tlsServer(t, certs, target.record(status(200, "")))
	server := httptest.NewUnstartedServer(authenticated(t, peerOf(url), &proxied))
	server.Config.ErrorLog, server.TLS = discard(), certs.Good.Config()
	server.TLS.ClientAuth = tls.RequestClientCert
	server.StartTLS()
	defer server.Close()
	own := &checks.TLS{CAFile: certs.CAFile, CertFile: certs.Client.CertFile, KeyFile: certs.Client.KeyFile}
	proxy := "https://Aladdin:open%20sesame@" + peerOf(server.URL)
	for _, to := range []string{url, "http://shop.example.org/"} {
		spec := probe.HTTP{URL: to, ProxyURL: proxy, ProxyTLS: &checks.TLS{CAFile: certs.CAFile}}
		if to == url {
			spec.TLS = own
		}
		run(t, spec).passes(t, "200 OK")
	}
	for _, r := range proxied.seen {
		if len(r.TLS.PeerCertificates) > 0 {
			t.Error("the proxy was shown the certificate that is meant for the target")
		}
	}
	if len(proxied.seen) != 2 || len(target.seen) != 1 {
		t.Errorf("the proxy got %d requests and the target %d, want 2 and 1", len(proxied.seen), len(target.seen))
	}
	run(t, probe.HTTP{URL: url, ProxyURL: proxy, TLS: own}).
		fails(t, checks.ReasonTLS, "tls handshake with proxy "+peerOf(server.URL)+": certificate signed by unknown authority")
}

// socksServer is a SOCKS5 proxy (RFC 1928) that replies with code, and for 0
// connects to target whatever was asked for. It wants a user if there is one.
func socksServer(t *testing.T, user, target string, code byte, asked *string) string {
	return faulttest.Serve(t, func(conn net.Conn) {
		read := func(n byte) []byte {
			b := make([]byte, n)
			_, _ = io.ReadFull(conn, b)
			return b
		}
		read(read(2)[1]) // The methods that the client offers.
		method := byte(0)
		if user != "" {
			method = 2
		}
		_, _ = conn.Write([]byte{5, method})
		if method == 2 { // RFC 1929
			name := string(read(read(2)[1]))
			password := string(read(read(1)[0]))
			if name+":"+password != user {
				_, _ = conn.Write([]byte{1, 1})
				return
			}
			_, _ = conn.Write([]byte{1, 0})
		}
		read(4)
		host := string(read(read(1)[0]))
		port := read(2)
		*asked = fmt.Sprintf("%s:%d", host, int(port[0])<<8|int(port[1]))
		_, _ = conn.Write([]byte{5, code, 0, 1, 0, 0, 0, 0, 0, 0})
		if code == 0 {
			faulttest.Proxy(target)(conn)
		}
	})
}

func TestHTTPThroughASOCKSProxy(t *testing.T) {
	certs := faulttest.Certificates(t)
	secured := tlsServer(t, certs, status(200, "secret"))
	plain := httpServer(t, status(200, "secret"))
	var asked string
	open := socksServer(t, "", peerOf(plain), 0, &asked)
	run(t, probe.HTTP{URL: "http://shop.example.org/x", ProxyURL: "socks5://" + open, BodyRegexp: "secret"}).passes(t, "200 OK")
	if asked != "shop.example.org:80" {
		t.Errorf("the proxy was asked for %s, want shop.example.org:80", asked)
	}
	guarded := socksServer(t, "u:"+canary, peerOf(secured), 0, &asked)
	trusted := &checks.TLS{CAFile: certs.CAFile, ServerName: "127.0.0.1"}
	run(t, probe.HTTP{URL: "https://shop.example.org/", ProxyURL: "socks5://u:" + canary + "@" + guarded, TLS: trusted, BodyRegexp: "secret"}).
		passes(t, "200 OK")
	run(t, probe.HTTP{URL: "https://shop.example.org/", ProxyURL: "socks5://u:wrong@" + guarded, TLS: trusted}).
		fails(t, checks.ReasonAuth, "asking for a connection at proxy "+guarded+": username/password authentication failed")
	refusing := socksServer(t, "", "", 5, &asked)
	run(t, probe.HTTP{URL: "http://shop.example.org/", ProxyURL: "socks5://" + refusing}).
		fails(t, checks.ReasonUnreachable, "asking for a connection at proxy "+refusing+": connection refused")
	closing := faulttest.Serve(t, func(conn net.Conn) { _, _ = io.ReadFull(conn, make([]byte, 3)) })
	run(t, probe.HTTP{URL: "http://shop.example.org/", ProxyURL: "socks5://" + closing}).
		fails(t, checks.ReasonProtocol, "asking for a connection at proxy "+closing+": connection closed")
	silent := faulttest.Silent(t)
	ctx, cancel := contextFor(t, 300*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.HTTP{URL: "http://shop.example.org/", ProxyURL: "socks5://" + silent}).
		fails(t, checks.ReasonTimeout, "asking for a connection at proxy "+silent+": timeout after 300ms")
}
