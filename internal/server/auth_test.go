package server_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

// file writes a web config.
func file(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "web.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhoHasProvedWhoTheyAre(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("hunter2"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	users := file(t, "basic_auth_users:\n  ann: "+string(hash)+"\n")
	none, broken := file(t, "tls_server_config: {}\n"), file(t, "basic_auth_users: [")
	with := func(name, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(name, password) }
	}
	verified := func(r *http.Request) {
		r.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{{}}}}
	}
	onlyTLS := func(r *http.Request) { r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{}}} }
	for _, test := range []struct {
		name, config string
		as           func(*http.Request)
		want         bool
	}{
		{"the right password", users, with("ann", "hunter2"), true},
		{"a wrong password", users, with("ann", "hunter3"), false},
		{"no password", users, with("ann", ""), false},
		{"somebody unknown", users, with("bob", "hunter2"), false},
		{"nobody", users, func(*http.Request) {}, false},
		{"anybody, where there are no users", none, with("ann", "hunter2"), false},
		{"anybody, where the file is broken", broken, with("ann", "hunter2"), false},
		{"anybody, where the file is gone", users + ".gone", with("ann", "hunter2"), false},
		{"anybody, without a file", "", with("ann", "hunter2"), false},
		{"a verified certificate", "", verified, true},
		{"a certificate that nobody has verified", "", onlyTLS, false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/environment", nil)
		test.as(r)
		if got := server.Authenticator(test.config)(r); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// A client that asks for evidence each second costs one comparison, which is made to
// take long.
func TestAPasswordIsComparedOnce(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("hunter2"), bcrypt.DefaultCost)
	if err != nil {
		t.Fatal(err)
	}
	path := file(t, "basic_auth_users:\n  ann: "+string(hash)+"\n")
	authenticated := server.Authenticator(path)
	ask := func(password string) (bool, time.Duration) {
		r := httptest.NewRequest(http.MethodGet, "/healthcheck?verbose", nil)
		r.SetBasicAuth("ann", password)
		began := time.Now()
		return authenticated(r), time.Since(began)
	}
	right, first := ask("hunter2")
	var sum time.Duration
	for range 100 {
		again, took := ask("hunter2")
		right, sum = right && again, sum+took
	}
	if !right || sum > 20*first {
		t.Errorf("authenticated %v, once in %v, then 100 times in %v; want no more comparisons", right, first, sum)
	}
	if wrong, _ := ask("hunter3"); wrong {
		t.Error("a wrong password counts after the right one")
	}
	other, err := bcrypt.GenerateFromPassword([]byte("changed"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("basic_auth_users:\n  ann: "+string(other)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if former, _ := ask("hunter2"); former {
		t.Error("the former password counts after a change")
	}
}

// What an operator does is kept with a name, so only a verified name counts.
func TestTheNameOfAnOperatorIsVerified(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("hunter2"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	users := file(t, "basic_auth_users:\n  ann: "+string(hash)+"\n")
	with := func(name, password string, chain ...*x509.Certificate) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/-/drain", nil)
		if name != "" {
			r.SetBasicAuth(name, password)
		}
		if chain != nil {
			r.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{chain}}
		}
		return r
	}
	deploy := &x509.Certificate{Subject: pkix.Name{CommonName: "deploy"}}
	for _, test := range []struct {
		config string
		r      *http.Request
		want   string
	}{
		{users, with("ann", "hunter2"), "ann"},
		{users, with("ann", "hunter3"), "a local client"},
		{"", with("root (uid 0)", "hunter2"), "a local client"},
		{"", with("", ""), "a local client"},
		{"", with("", "", deploy), "deploy"},
		{"", with("root", "hunter2", deploy), "deploy"},
		{"", with("", "", &x509.Certificate{}), "a client with a certificate"},
	} {
		if got := server.Actor(server.Options{WebConfigFile: test.config}, test.r); got != test.want {
			t.Errorf("%v with %q: %q, want %q", test.r.Header, test.config, got, test.want)
		}
	}
}
