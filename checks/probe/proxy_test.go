package probe_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"

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
