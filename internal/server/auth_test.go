package server_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

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
