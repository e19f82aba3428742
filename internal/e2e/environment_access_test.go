//go:build linux

package e2e_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// hostHeaders are names by which a client on this machine calls it, and names
// that may be somebody else's.
func hostHeaders() map[string]int {
	return map[string]int{
		"Host: localhost": 200, "Host: localhost:1": 200, "Host: LocalHost.": 200, "Host: app.localhost": 200, "Host: 127.0.0.1": 200,
		"Host: 127.0.0.1:65535": 200, "Host: 127.1.2.3:1": 200, "Host: [::1]": 200, "Host: [::1]:1": 200, "Host:": 200,

		"Host: evil.example.org": 403, "Host: localhost.evil.example.org": 403, "Host: 127.0.0.1.evil.example.org": 403,
		"Host: evil.example.org:127": 403, "Host: 10.0.0.1": 403, "Host: 0.0.0.0": 403, "Host: [::]:1": 403, "Host: [2001:db8::1]": 403,
		"Host: localhostx": 403, "Host: 127.0.0.1x": 403, "Host: 2130706433": 403, "Host: 169.254.169.254": 403,
	}
}

// forwardings are what proxies add, in the name of somebody elsewhere.
func forwardings() []string {
	return []string{
		"Forwarded: for=10.1.1.1", "X-Forwarded-For: 10.1.1.1", "X-Forwarded-For: 127.0.0.1", "x-forwarded-for:", "X-Forwarded-Host: h",
		"X-Forwarded-Proto: https", "X-Real-IP: 10.1.1.1", "Via: 1.1 proxy", "X-Client-IP: 10.1.1.1", "True-Client-IP: 10.1.1.1",
		"CF-Connecting-IP: 10.1.1.1", "X-Original-Host: h", "X-Envoy-External-Address: 10.1.1.1", "X_Forwarded_For: 10.1.1.1",
	}
}

func TestEnvironmentByHostAndByForwardingHeaders(t *testing.T) {
	closed, open := start(t, "checks: []\n"), start(t, "checks: []\n", "--environment.allow-remote")
	table := hostHeaders()
	for _, header := range forwardings() {
		table["Host: localhost\r\n"+header] = 403
	}
	for headers, want := range table {
		for _, path := range []string{"/environment", "/environment/process", "//environment/"} {
			request := "GET " + path + " HTTP/1.1\r\n" + headers + "\r\n"
			response := exchange(t, closed.Addr, request)
			if response.StatusCode != want {
				t.Errorf("%q: status %d, want %d", request, response.StatusCode, want)
			}
			if response := exchange(t, open.Addr, request); response.StatusCode != http.StatusOK {
				t.Errorf("%q with --environment.allow-remote: status %d, want 200", request, response.StatusCode)
			}
		}
	}
	if response := exchange(t, closed.Addr, "GET /environment HTTP/1.0\r\n"); response.StatusCode != http.StatusOK {
		t.Errorf("HTTP/1.0 without Host: status %d, want 200", response.StatusCode)
	}
	status, body, err := get(t.Context(), strings.Replace(closed.url, "127.0.0.1", "localhost.", 1)+"/environment")
	if err == nil && status != 200 {
		t.Errorf("localhost.: status %d: %s", status, body)
	}
}

// A peer with an address that is not loopback, in a network of its own.
func TestEnvironmentForAPeerThatIsNotLoopback(t *testing.T) {
	unshare, ip, curl := testservers.Need(t, "unshare"), testservers.Need(t, "ip"), testservers.Need(t, "curl")
	if os.Geteuid() != 0 {
		t.Skip("a namespace of networks needs root")
	}
	file := filepath.Join(t.TempDir(), "checks.yml")
	write(t, file, "checks: []\n")
	for flag, want := range map[string]string{"--environment.allow-remote": "200 200", "--no-environment.allow-remote": "403 200"} {
		script := fmt.Sprintf(`
			%[1]s link set lo up && %[1]s addr add 192.0.2.1/32 dev lo || exit 9
			"%[3]s" --config.file="%[4]s" --web.listen-address=:10927 %[5]s >/dev/null 2>&1 & pid=$!
			for i in $(seq 300); do %[2]s -sf http://127.0.0.1:10927/-/ready >/dev/null && break; sleep 0.1; done
			%[2]s -s -o /dev/null -w '%%{http_code} ' --interface 192.0.2.1 -H 'Host: localhost' http://192.0.2.1:10927/environment
			%[2]s -s -o /dev/null -w '%%{http_code}' http://127.0.0.1:10927/environment
			kill $pid; wait $pid`, ip, curl, binary(t), file, flag)
		out, err := exec.CommandContext(t.Context(), unshare, "--net", "/bin/sh", "-c", script).CombinedOutput()
		if err != nil || string(out) != want {
			t.Errorf("%s: %q, %v; want %q for a remote and a local peer", flag, out, err, want)
		}
	}
}

func TestEnvironmentForWhoHasACertificate(t *testing.T) {
	dir := t.TempDir()
	ca := testservers.NewCA(t)
	cert, key := ca.Issue(t, dir, "localhost", "127.0.0.1")
	webConfig := filepath.Join(dir, "web.yml")
	write(t, webConfig, fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s, client_ca_file: %s, client_auth_type: VerifyClientCertIfGiven}\n", cert, key, ca.File))
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	with := func(certificates ...tls.Certificate) *http.Client {
		return &http.Client{Timeout: patience, Transport: &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: ca.Pool, Certificates: certificates, MinVersion: tls.VersionTLS12},
		}}
	}
	addr := testservers.FreeAddr(t)
	testservers.Launch(t, testservers.Program{Path: binary(t), Args: []string{"--web.listen-address=" + addr, "--web.config.file=" + webConfig}})
	elsewhere := func(r *http.Request) { r.Host = "exporter.example.org" }
	eventually(t, func() string {
		response, err := with().Get("https://" + addr + "/-/healthy")
		if err != nil {
			return err.Error()
		}
		response.Body.Close()
		return ""
	})
	if got := ask(t, with(), "https://"+addr+"/environment", elsewhere); got != 403 {
		t.Errorf("without a certificate: status %d, want 403", got)
	}
	if got := ask(t, with(pair), "https://"+addr+"/environment", elsewhere); got != 200 {
		t.Errorf("with a certificate: status %d, want 200", got)
	}
	_, err = with(foreign(t)).Get("https://" + addr + "/environment")
	if err == nil {
		t.Error("with somebody else's certificate there is an answer")
	}
}

// foreign is a certificate of another authority.
func foreign(t testing.TB) tls.Certificate {
	t.Helper()
	cert, key := testservers.NewCA(t).Issue(t, t.TempDir(), "localhost")
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}
