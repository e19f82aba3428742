//go:build unix

package e2e_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// ask sends a GET with a changed request and returns the status.
func ask(t testing.TB, c *http.Client, url string, change func(*http.Request)) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	change(request)
	response, err := c.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func TestEnvironmentIsForThisMachineOrWhoIsKnown(t *testing.T) {
	plain := start(t, "checks: []\n")
	open := start(t, "checks: []\n", "--environment.allow-remote")
	for _, test := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"loopback", func(*http.Request) {}, 200},
		{"localhost", func(r *http.Request) { r.Host = "localhost:1" }, 200},
		{"a name that resolves to us", func(r *http.Request) { r.Host = "evil.example.org" }, 403},
		{"forwarded", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "10.1.1.1") }, 403},
		{"basic auth that nobody asked for", func(r *http.Request) { r.Host = "x.example.org"; r.SetBasicAuth("a", "b") }, 403},
	} {
		if got := ask(t, client, plain.url+"/environment", test.change); got != test.want {
			t.Errorf("%s: status %d, want %d", test.name, got, test.want)
		}
		if got := ask(t, client, open.url+"/environment", test.change); got != 200 {
			t.Errorf("%s, remote allowed: status %d, want 200", test.name, got)
		}
	}
}

func TestARefusalSaysHowToGetIn(t *testing.T) {
	e := start(t, "checks: []\n")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+"/environment", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "evil.example.org"
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"loopback", "Unix socket", "basic_auth_users", "client certificate", "--web.config.file", "--environment.allow-remote"} {
		if !strings.Contains(string(body), way) {
			t.Errorf("%q does not name %s", body, way)
		}
	}
}

func TestTLSAndAuthenticationCoverAllButTheHealthListener(t *testing.T) {
	dir := t.TempDir()
	ca := testservers.NewCA(t)
	cert, key := ca.Issue(t, dir, "localhost", "127.0.0.1")
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	webConfig := filepath.Join(dir, "web.yml")
	write(t, webConfig, fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s}\nbasic_auth_users: {prometheus: %q}\n", cert, key, hash))
	health := testservers.FreeAddr(t)
	path := binary(t)
	secure := &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool}, DisableKeepAlives: true},
		Timeout:   10 * time.Second,
	}
	addr := testservers.FreeAddr(t)
	testservers.Launch(t, testservers.Program{
		Path: path,
		Args: []string{"--web.listen-address=" + addr, "--web.config.file=" + webConfig, "--health.listen-address=" + health},
	})
	eventually(t, func() string {
		if status, _, err := get(t.Context(), "http://"+health+"/-/ready"); status != 200 {
			return fmt.Sprint(status, err)
		}
		return ""
	})
	url := "https://" + addr
	known := func(r *http.Request) { r.SetBasicAuth("prometheus", "correct horse") }
	for path, want := range map[string]int{"/metrics": 200, "/healthcheck": 200, "/environment": 200, "/": 200} {
		if got := ask(t, secure, url+path, known); got != want {
			t.Errorf("%s with the password: status %d, want %d", path, got, want)
		}
		if got := ask(t, secure, url+path, func(*http.Request) {}); got != 401 {
			t.Errorf("%s without it: status %d, want 401", path, got)
		}
		if got := ask(t, secure, url+path, func(r *http.Request) { r.SetBasicAuth("prometheus", "wrong") }); got != 401 {
			t.Errorf("%s with a wrong one: status %d, want 401", path, got)
		}
	}
	if got := ask(t, secure, url+"/environment", func(r *http.Request) { known(r); r.Host = "exporter.example.org" }); got != 200 {
		t.Errorf("/environment for somebody known from elsewhere: status %d, want 200", got)
	}
	for path, want := range map[string]int{"/healthcheck": 200, "/-/healthy": 200, "/-/ready": 200, "/metrics": 404, "/environment": 404, "/": 404, "/-/reload": 404, "/debug/pprof/": 404} {
		if got := ask(t, client, "http://"+health+path, func(*http.Request) {}); got != want {
			t.Errorf("health listener, %s: status %d, want %d", path, got, want)
		}
	}
}

func TestHealthListenerHidesOutput(t *testing.T) {
	health := testservers.FreeAddr(t)
	e := start(t, "checks:\n  - {name: disk, disk: {path: /}}\n", "--health.listen-address="+health, "--health.hide-output")
	if body := fetch(t, 200, e.url+"/healthcheck"); !strings.Contains(body, "used") {
		t.Errorf("the output is hidden where it should not be: %s", body)
	}
	if body := fetch(t, 200, "http://"+health+"/healthcheck"); strings.Contains(body, "used") || !strings.Contains(body, `"output": ""`) {
		t.Errorf("the output is not hidden: %s", body)
	}
}

func TestUnixSocketsAndThoseOfSystemd(t *testing.T) {
	dir := testservers.Dir(t)
	over := func(socket string) *http.Client {
		return &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			Dial:              func(string, string) (net.Conn, error) { return net.Dial("unix", socket) }, //nolint:staticcheck // Short.
		}, Timeout: 10 * time.Second}
	}
	wait := func(c *http.Client) {
		t.Helper()
		eventually(t, func() string {
			response, err := c.Get("http://localhost/environment")
			if err != nil {
				return err.Error()
			}
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				return response.Status
			}
			return ""
		})
	}
	own := filepath.Join(dir, "own")
	left, err := net.Listen("unix", own) // What a process that was killed leaves behind.
	if err != nil {
		t.Fatal(err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	left.Close()
	testservers.Launch(t, testservers.Program{Path: binary(t), Args: []string{"--web.listen-address=unix:" + own}})
	wait(over(own))

	inherited := filepath.Join(dir, "inherited")
	listener, err := net.Listen("unix", inherited)
	if err != nil {
		t.Fatal(err)
	}
	file, err := listener.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" --web.systemd-socket`, binary(t))
	cmd.ExtraFiles = []*os.File{file}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	file.Close()
	wait(over(inherited))
}

func TestAFullListenerClosesWhoHasWaitedLongest(t *testing.T) {
	health := testservers.FreeAddr(t)
	e := start(t, "checks: []\n", "--web.max-connections=20", "--health.listen-address="+health)
	for _, addr := range []string{e.Addr, health} {
		for range 200 { // They send half a request, and wait.
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "GET /healthcheck HTTP/1.1\r\nHost: l")
		}
	}
	// Until all of them are accepted, one that has just come may be the oldest.
	eventually(t, func() string {
		for _, url := range []string{e.url + "/metrics", "http://" + health + "/healthcheck"} {
			if err := answers(t.Context(), url); err != nil {
				return err.Error()
			}
		}
		return ""
	})
	for range 20 {
		fetch(t, 200, e.url+"/metrics")
		fetch(t, 200, "http://"+health+"/healthcheck")
	}
}
