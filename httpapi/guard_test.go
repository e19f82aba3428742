package httpapi_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestOnlyLocalClientsAreLetIn(t *testing.T) {
	for _, c := range []struct {
		name, peer, host string
		header           string
		want             int
	}{
		{"loopback", "127.0.0.1:5000", "localhost:10927", "", 200},
		{"loopback by address", "127.0.0.1:5000", "127.0.0.1:10927", "", 200},
		{"without a port", "127.0.0.1:5000", "localhost", "", 200},
		{"without a host", "127.0.0.1:5000", "", "", 200},
		{"another loopback address", "127.9.9.9:1", "127.1.2.3", "", 200},
		{"IPv6", "[::1]:5000", "[::1]:10927", "", 200},
		{"IPv6 without a port", "[::1]:5000", "[::1]", "", 200},
		{"IPv6 without brackets", "[::1]:5000", "::1", "", 200},
		{"IPv6 with a zone", "[::1%lo]:5000", "[::1]", "", 200},
		{"mapped", "[::ffff:127.0.0.1]:5000", "[::ffff:127.0.0.1]:80", "", 200},
		{"upper case", "127.0.0.1:5000", "LocalHost.", "", 200},
		{"below localhost", "127.0.0.1:5000", "app.localhost:1", "", 200},
		{"Debian's name", "[::1]:5000", "ip6-localhost", "", 200},
		{"Unix socket", "@", "localhost", "", 200},
		{"Unix socket, other host", "@", "example.org", "", 403},
		{"remote", "192.0.2.1:5000", "localhost", "", 403},
		{"remote, private", "10.0.0.1:5000", "10.0.0.2", "", 403},
		{"remote IPv6", "[2001:db8::1]:5000", "localhost", "", 403},
		{"remote, mapped", "[::ffff:192.0.2.1]:5000", "localhost", "", 403},
		{"no peer", "", "localhost", "", 403},
		{"nonsense peer", "127.0.0.1", "localhost", "", 403},
		{"rebound name", "127.0.0.1:5000", "evil.example.org:10927", "", 403},
		{"rebound name like ours", "127.0.0.1:5000", "localhost.evil.example.org", "", 403},
		{"name that ends in ours", "127.0.0.1:5000", "evillocalhost", "", 403},
		{"our own outer address", "127.0.0.1:5000", "192.0.2.7:10927", "", 403},
		{"any address", "127.0.0.1:5000", "0.0.0.0:10927", "", 403},
		{"short address", "127.0.0.1:5000", "127.1:10927", "", 403},
		{"user in host", "127.0.0.1:5000", "localhost:1@evil.example.org", "", 403},
		{"only a port", "127.0.0.1:5000", ":10927", "", 403},
		{"broken brackets", "127.0.0.1:5000", "[::1", "", 403},
		{"name in brackets", "127.0.0.1:5000", "[localhost]", "", 403},
		{"two ports", "127.0.0.1:5000", "localhost:1:2", "", 403},
		{"forwarded", "127.0.0.1:5000", "localhost", "Forwarded", 403},
		{"forwarded for", "127.0.0.1:5000", "localhost", "X-Forwarded-For", 403},
		{"forwarded host", "127.0.0.1:5000", "localhost", "X-Forwarded-Host", 403},
		{"forwarded anything", "127.0.0.1:5000", "localhost", "X-Forwarded-Whatever", 403},
		{"forwarded, odd spelling", "127.0.0.1:5000", "localhost", "x_forwarded_for", 403},
		{"real ip", "127.0.0.1:5000", "localhost", "X-Real-Ip", 403},
		{"via", "127.0.0.1:5000", "localhost", "Via", 403},
		{"client ip", "127.0.0.1:5000", "localhost", "True-Client-Ip", 403},
		{"a CDN", "127.0.0.1:5000", "localhost", "Cf-Connecting-Ip", 403},
		{"forwarded over a socket", "@", "localhost", "X-Forwarded-For", 403},
		{"an ordinary header", "127.0.0.1:5000", "localhost", "X-Request-Id", 200},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/environment", nil)
		r.RemoteAddr, r.Host = c.peer, c.host
		if c.header != "" {
			r.Header[c.header] = []string{""}
		}
		for _, access := range []struct {
			name string
			httpapi.Access
			want int
		}{
			{"nobody else", httpapi.Access{}, c.want},
			{"remote", httpapi.Access{AllowRemote: true}, 200},
			{"authenticated", httpapi.Access{Authenticated: func(*http.Request) bool { return true }}, 200},
			{"not authenticated", httpapi.Access{Authenticated: func(*http.Request) bool { return false }}, c.want},
		} {
			w := httptest.NewRecorder()
			httpapi.Guard(text("dump"), access.Access).ServeHTTP(w, r)
			if w.Code != access.want {
				t.Errorf("%s, %s: status %d, want %d", c.name, access.name, w.Code, access.want)
			}
			body := w.Body.String()
			if w.Code == 403 && (strings.Count(body, "\n") != 1 || !strings.HasSuffix(body, "; ask from that machine over loopback or a Unix socket\n") || !strings.HasPrefix(body, "forbidden: the ")) {
				t.Errorf("%s: body %q, want one line that says why and how", c.name, body)
			}
			if w.Code == 200 && body != "dump" {
				t.Errorf("%s: body %q", c.name, body)
			}
		}
	}
}

func TestForwardingHeadersOfProxiesAreKnown(t *testing.T) {
	for _, name := range []string{
		"X-Forward-For", "X-Forwarded-Proto", "Forwarded-For", "Ali-Cdn-Real-Ip", "X-Real-Host", "Real-Ip", "X-Client-Ip", "Client-Ip",
		"Cdn-Src-Ip", "Wl-Proxy-Client-Ip", "Proxy-Client-Ip", "Fly-Client-Ip", "Do-Connecting-Ip", "Cf-Ray", "Cloudfront-Viewer-Address",
		"X-Nf-Client-Connection-Ip", "X-Amzn-Trace-Id", "X-Azure-Socketip", "X-Arr-Log-Id", "Incap-Client-Ip", "X-Originating-Ip", "X-True-Client-Ip",
		"x_real_ip", "ALI-CDN-REAL-IP", "X-Amz-Cf-Id", "X-Akamai-Edgescape", "Front-End-Https", "X-Varnish", "X-Scheme", "X-Request-Start", "Remote-Addr",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/environment", nil)
		r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
		r.Header[name] = []string{"192.0.2.1"}
		w := httptest.NewRecorder()
		httpapi.Guard(text("dump"), httpapi.Access{}).ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), name) {
			t.Errorf("%s: %d %s, want 403 that names the header", name, w.Code, w.Body)
		}
	}
}

func TestAUnixSocketsPeerIsLocalAndAConnectionIsWhatItIs(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: httpapi.Guard(text("dump"), httpapi.Access{}), ReadHeaderTimeout: time.Minute}
	go server.Serve(l)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", l.Addr().String())
		},
	}}
	for host, want := range map[string]int{"localhost": 200, "example.org": 403} {
		res, err := client.Get("http://" + host + "/environment")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("Host %s: status %d, want %d", host, res.StatusCode, want)
		}
	}

	// What looks like a Unix socket but came over TCP is no Unix socket.
	r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{})), "GET", "/", nil)
	r.RemoteAddr, r.Host = "@", "localhost"
	w := httptest.NewRecorder()
	httpapi.Guard(text("dump"), httpapi.Access{Hint: "no."}).ServeHTTP(w, r)
	if w.Code != 403 || w.Body.String() != "forbidden: the client is not on this machine, and only local clients are answered; no.\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestOwnHostIsNoNameThatAPageCanBringAlong(t *testing.T) {
	for host, want := range map[string]bool{
		"": true, "localhost": true, "LOCALHOST.:10927": true, "127.0.0.1:10927": true, "10.0.0.7": true, "[2001:db8::7]:80": true, "2001:db8::7": true,
		"hc.example.org": true, "HC.Example.org.:10927": true,
		"evil.example.org": false, "hc.example.org.evil": false, "localhost.evil": false, "10.0.0.7.evil": false, ".": false, ":80": false,
		"localhost:80:80": false, "[localhost]": false, "hc.example.org:x": false,
	} {
		if got := httpapi.OwnHost(host, "hc.example.org"); got != want {
			t.Errorf("OwnHost(%q) = %v, want %v", host, got, want)
		}
	}
	if httpapi.OwnHost("hc.example.org") {
		t.Error("a name that was not given is taken")
	}
}
