package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func TestWhoHasProvedWhoTheyAre(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("hunter2"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	users := newFile(t, "basic_auth_users:\n  ann: "+string(hash)+"\n")
	none, broken := newFile(t, "tls_server_config: {}\n"), newFile(t, "basic_auth_users: [")
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
		{"the right password", users.path, with("ann", "hunter2"), true},
		{"a wrong password", users.path, with("ann", "hunter3"), false},
		{"no password", users.path, with("ann", ""), false},
		{"somebody unknown", users.path, with("bob", "hunter2"), false},
		{"nobody", users.path, func(*http.Request) {}, false},
		{"anybody, where there are no users", none.path, with("ann", "hunter2"), false},
		{"anybody, where the file is broken", broken.path, with("ann", "hunter2"), false},
		{"anybody, where the file is gone", users.path + ".gone", with("ann", "hunter2"), false},
		{"anybody, without a file", "", with("ann", "hunter2"), false},
		{"a verified certificate", "", verified, true},
		{"a certificate that nobody has verified", "", onlyTLS, false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/environment", nil)
		test.as(r)
		if got := authenticator(test.config)(r); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
