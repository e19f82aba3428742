package server_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

// A guarded request is one that a guard lets through or not.
type guarded struct {
	name, peer, host string
	headers          []string
	want             int
}

// check sends the request from its peer to a guard of ok.
func (g guarded) check(t *testing.T, h http.Handler) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.RemoteAddr, r.Host = g.peer+":40000", g.host
	for _, h := range g.headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "user" {
			r.SetBasicAuth(value, "correct horse")
			continue
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != g.want || (w.Body.String() == "ok") != (g.want == yes) {
		t.Errorf("%s: %d %q, want %d", g.name, w.Code, w.Body, g.want)
	}
}

var ok = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })

func webConfig(t *testing.T) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "basic_auth_users:\n  ann: "+string(hash)+"\n")
}

const (
	local, remote = "127.0.0.1", "192.0.2.7"
	yes, no       = http.StatusOK, http.StatusForbidden
)

func TestLifecycleRequestsComeFromThisMachineOrAuthenticate(t *testing.T) {
	o := server.Options{
		Lifecycle: true, LifecycleHosts: []string{"hc.example.org"}, WebConfigFile: webConfig(t),
		EnvironmentAllowRemote: true, // It is not about these.
	}
	for _, g := range []guarded{
		{"local", local, "localhost:10927", nil, yes},
		{"local, by an address of this machine", local, "192.0.2.1:10927", nil, yes},
		{"local, by a name of ours", local, "HC.example.org", nil, yes},
		{"local, without a Host", local, "", nil, yes},
		{"remote", remote, "192.0.2.1:10927", nil, no},
		{"remote, authenticated", remote, "192.0.2.1:10927", []string{"user: ann"}, yes},
		{"remote, authenticated, by a name of ours", remote, "hc.example.org:10927", []string{"user: ann"}, yes},
		{"remote, as somebody else", remote, "192.0.2.1:10927", []string{"user: bob"}, no},
		{"remote, with a header that it made up", remote, "localhost", []string{"X-Forwarded-For: 127.0.0.1"}, no},
		{"forwarded by a proxy", local, "localhost", []string{"X-Forwarded-For: 192.0.2.7"}, no},
		{"forwarded by a proxy, authenticated", local, "localhost", []string{"X-Forwarded-For: 192.0.2.7", "user: ann"}, yes},
		{"a page whose name resolves to this machine", local, "evil.example.org:10927",
			[]string{"Origin: http://evil.example.org:10927", "Sec-Fetch-Site: same-origin"}, no},
		{"such a page, authenticated", local, "evil.example.org:10927", []string{"Sec-Fetch-Site: same-origin", "user: ann"}, no},
		{"a page of another site", local, "localhost:10927", []string{"Sec-Fetch-Site: cross-site"}, no},
		{"a page of another port", local, "localhost:10927", []string{"Origin: http://localhost:8080"}, no},
	} {
		g.check(t, server.GuardLifecycle(o, ok))
	}
}

func TestWithDenyBeingOnThisMachineIsNoProof(t *testing.T) {
	o := server.Options{Lifecycle: true, EnvironmentDeny: true, WebConfigFile: webConfig(t)}
	for _, g := range []guarded{
		{"local", local, "localhost", nil, no},
		{"local, authenticated", local, "localhost", []string{"user: ann"}, yes},
		{"remote, authenticated", remote, "192.0.2.1", []string{"user: ann"}, yes},
	} {
		g.check(t, server.GuardLifecycle(o, ok))
		g.check(t, server.GuardEnvironment(o, ok))
		g.check(t, server.Trusting(o, ok))
	}
}

func TestTheEnvironmentIsForThisMachineUnlessAllowed(t *testing.T) {
	for _, g := range []guarded{
		{"local", local, "localhost", nil, yes},
		{"remote", remote, "192.0.2.1", nil, no},
		{"local, by a foreign name", local, "evil.example.org", nil, no},
	} {
		g.check(t, server.GuardEnvironment(server.Options{}, ok))
		g.check(t, server.Trusting(server.Options{}, ok))
		g.want = yes
		g.check(t, server.GuardEnvironment(server.Options{EnvironmentAllowRemote: true}, ok))
		g.check(t, server.Trusting(server.Options{EnvironmentAllowRemote: true}, ok))
	}
}

func TestAnAddressThatOtherMachinesReachIsNoted(t *testing.T) {
	for address, want := range map[string]bool{"127.0.0.1:10927": false, "[::1]:10927": false, "[::]:10927": true, "0.0.0.0:10927": true, "192.0.2.1:10927": true} {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := server.Reachable(a); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	if server.Reachable(&net.UnixAddr{Name: "/run/hc.sock", Net: "unix"}) {
		t.Error("a Unix socket is reachable from other machines")
	}
	for deny, want := range map[bool]bool{false: true, true: false} {
		e := start(t, "checks: []", func(o *server.Options) {
			o.Listen.Web = append(o.Listen.Web, "0.0.0.0:0")
			o.EnvironmentDeny = deny
		})
		e.wantStop(nil) // The log is complete.
		if got := strings.Contains(e.log.String(), "--environment.deny"); got != want {
			t.Errorf("with deny %v: noted %v, want %v:\n%s", deny, got, want, e.log.String())
		}
	}
}
