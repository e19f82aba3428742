package probe_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// A witness remembers the requests that it was sent.
type witness struct {
	mu   sync.Mutex
	seen []*http.Request
}

func (w *witness) record(handle http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r)
		w.mu.Unlock()
		handle(rw, r)
	}
}

// requests are what was seen, "METHOD path" each.
func (w *witness) requests() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, r := range w.seen {
		list = append(list, r.Method+" "+r.URL.Path)
	}
	return strings.Join(list, ", ")
}

func (w *witness) last() *http.Request { return w.seen[len(w.seen)-1] }

// redirects answers / with a redirect and any other path with 200.
func redirects(code int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Location", to)
			w.WriteHeader(code)
		}
	}
}

func TestRedirectIsNotFollowedUnlessWanted(t *testing.T) {
	var seen witness
	url := httpServer(t, seen.record(redirects(302, "/there")))
	run(t, probe.HTTP{URL: url}).fails(t, checks.ReasonStatus, "status 302 to "+peerOf(url)+"/there, want 200 to 299")
	run(t, probe.HTTP{URL: url, FollowRedirects: true, Status: []string{"200", "302"}}).passes(t, "302 Found")
	if got := seen.requests(); got != "GET /, GET /" {
		t.Errorf("requests = %s, want GET / twice", got)
	}
}

func TestRedirectChoosesTheMethodAsBrowsersDo(t *testing.T) {
	for _, c := range []struct {
		code               int
		method, body, want string
	}{
		{301, "POST", "x", "POST /, GET /there"},
		{302, "PUT", "x", "PUT /, GET /there"},
		{303, "DELETE", "", "DELETE /, GET /there"},
		{303, "HEAD", "", "HEAD /, HEAD /there"},
		{307, "POST", "x", "POST /, POST /there"},
		{308, "PUT", "x", "PUT /, PUT /there"},
	} {
		t.Run(fmt.Sprint(c.code, c.method), func(t *testing.T) {
			var seen witness
			url := httpServer(t, seen.record(redirects(c.code, "/there")))
			run(t, probe.HTTP{URL: url, Method: c.method, Body: c.body, FollowRedirects: true, BearerToken: "t0ken"}).passes(t, "200 OK")
			if got := seen.requests(); got != c.want {
				t.Errorf("requests = %s, want %s", got, c.want)
			}
			if got := seen.last().Header.Get("Authorization"); got != "Bearer t0ken" {
				t.Errorf("on the same host Authorization = %q, want the token", got)
			}
		})
	}
}

func TestRedirectToAnotherHostGetsNothingThatCouldBeACredential(t *testing.T) {
	certs := faulttest.Certificates(t)
	var seen witness
	for name, abroad := range map[string]string{
		"another port":   httpServer(t, seen.record(status(200, ""))),
		"another host":   strings.Replace(httpServer(t, seen.record(status(200, ""))), "127.0.0.1", "localhost", 1),
		"another scheme": tlsServer(t, certs, seen.record(status(200, ""))),
	} {
		t.Run(name, func(t *testing.T) {
			home := httpServer(t, redirects(302, strings.Replace(abroad, "//", "//user:pass@", 1)+"/there"))
			run(t, probe.HTTP{
				URL: home, FollowRedirects: true, BasicAuth: &probe.BasicAuth{Username: "u", Password: "p"},
				Headers: map[string]string{"Cookie": "a=b", "X-Api-Key": "k", "Host": "shop.example.org", "Accept": "text/html"},
				TLS:     &checks.TLS{CAFile: certs.CAFile, ServerName: "shop.example.org", CertFile: certs.Client.CertFile, KeyFile: certs.Client.KeyFile},
			}).passes(t, "200 OK")
			r := seen.last()
			for name := range r.Header {
				if name != "Accept" && name != "User-Agent" && name != "Connection" {
					t.Errorf("the other host was sent %s: %s", name, r.Header.Get(name))
				}
			}
			if r.Host == "shop.example.org" || r.Header.Get("Accept") != "text/html" {
				t.Errorf("the other host got Host %s and Accept %s", r.Host, r.Header.Get("Accept"))
			}
			if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
				t.Error("the other host was shown our certificate")
			}
		})
	}
}

func TestRedirectBackHomeGetsNoCredentialsEither(t *testing.T) {
	var seen witness
	var home, abroad *httptest.Server
	home = httptest.NewServer(seen.record(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, abroad.URL, http.StatusFound)
		}
	}))
	defer home.Close()
	abroad = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, home.URL+"/delete_everything", http.StatusFound)
	}))
	defer abroad.Close()
	run(t, probe.HTTP{URL: home.URL, FollowRedirects: true, BearerToken: "t0ken"}).passes(t, "200 OK")
	if r := seen.last(); r.URL.Path != "/delete_everything" || r.Header.Get("Authorization") != "" {
		t.Errorf("last request = %s with Authorization %q, want /delete_everything without", r.URL.Path, r.Header.Get("Authorization"))
	}
}

func TestRedirectTakesNoBodyToAnotherHost(t *testing.T) {
	var seen witness
	abroad := httpServer(t, seen.record(status(200, "")))
	home := httpServer(t, redirects(307, abroad))
	run(t, probe.HTTP{URL: home, Method: "POST", Body: "password", FollowRedirects: true}).
		fails(t, checks.ReasonStatus, "status 307 to another host, where the request's body is not sent")
	if got := seen.requests(); got != "" {
		t.Errorf("the other host saw %s, want nothing", got)
	}
}

func TestRedirectsEnd(t *testing.T) {
	var seen witness
	loop := httpServer(t, seen.record(redirects(302, "/")))
	run(t, probe.HTTP{URL: loop, FollowRedirects: true}).fails(t, checks.ReasonStatus, "status 302 after 10 redirects, want 200 to 299")
	if got := len(seen.seen); got != 11 {
		t.Errorf("%d requests, want 11", got)
	}
	for _, location := range []string{"ftp://example.org/", "file:///etc/passwd", "http://", "http://[::1", "http://a:99999/"} {
		run(t, probe.HTTP{URL: httpServer(t, redirects(302, location)), FollowRedirects: true}).
			fails(t, checks.ReasonProtocol, "status 302 with a Location that is not an http or https URL")
	}
	run(t, probe.HTTP{URL: httpServer(t, status(302, "")), FollowRedirects: true}).
		fails(t, checks.ReasonStatus, "status 302, want 200 to 299")
}
