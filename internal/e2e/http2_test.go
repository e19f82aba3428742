//go:build linux

package e2e_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A secured exporter speaks TLS, and wants the password "correct horse" of the
// user prometheus.
type secured struct {
	*exporter
	tls    *tls.Config
	client *http.Client
}

func startSecured(t testing.TB, yaml string, args ...string) *secured {
	t.Helper()
	dir := t.TempDir()
	ca := testservers.NewCA(t)
	cert, key := ca.Issue(t, dir, "localhost", "127.0.0.1")
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	webConfig := filepath.Join(dir, "web.yml")
	write(t, webConfig, fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s}\nbasic_auth_users: {prometheus: %q}\n", cert, key, hash))
	file := filepath.Join(dir, "healthcheck.yml")
	write(t, file, yaml)
	config := &tls.Config{RootCAs: ca.Pool, MinVersion: tls.VersionTLS12}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}, Timeout: patience}
	path := binary(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{Path: path, Args: append([]string{"--config.file=" + file, "--web.listen-address=" + addr, "--web.config.file=" + webConfig}, args...)}
	})
	s := &secured{exporter: &exporter{Server: server, url: "https://" + server.Addr}, tls: config, client: c}
	eventually(t, func() string {
		response, err := s.get(t, "/-/ready")
		if err != nil {
			return err.Error()
		}
		if response.StatusCode != http.StatusOK {
			return response.Status
		}
		return ""
	})
	return s
}

// get asks with the password and drops the body.
func (s *secured) get(t testing.TB, path string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("prometheus", "correct horse")
	response, err := s.client.Do(request)
	if err == nil {
		response.Body.Close()
	}
	return response, err
}

// A client that begins thousands of requests and takes each back ("rapid
// reset") costs itself a connection, and nobody else anything.
func TestHTTP2ResetsHurtNobody(t *testing.T) {
	s := startSecured(t, "checks:\n  - {name: load, load: {}}\n")
	config := s.tls.Clone()
	config.NextProtos = []string{"h2"}
	for range 5 {
		conn, err := tls.Dial("tcp", s.Addr, config)
		if err != nil {
			t.Fatal(err)
		}
		if got := conn.ConnectionState().NegotiatedProtocol; got != "h2" {
			t.Fatalf("protocol %q, want h2", got)
		}
		conn.SetDeadline(time.Now().Add(patience))
		_ = resetStreams(conn, 2000) // The server may have had enough before.
		conn.Close()
		if response, err := s.get(t, "/healthcheck"); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("somebody else is answered with %v, %v", response, err)
		}
	}
}

// resetStreams sends the heads of requests, and takes each back at once.
func resetStreams(conn *tls.Conn, n int) error {
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		return err
	}
	framer := http2.NewFramer(conn, conn)
	if err := framer.WriteSettings(); err != nil {
		return err
	}
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := range n {
		block.Reset()
		for _, field := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/healthcheck"}} {
			if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
				return err
			}
		}
		stream := uint32(2*i + 1)
		if err := framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}); err != nil {
			return err
		}
		if err := framer.WriteRSTStream(stream, http2.ErrCodeCancel); err != nil {
			return err
		}
	}
	return nil
}

func TestAnswersOverTLSAreAsClean(t *testing.T) {
	s := startSecured(t, "checks:\n  - {name: load, load: {}}\n")
	for path, want := range map[string]int{"/healthcheck": 200, "//healthcheck": 200, "/nope": 404, "/-/reload": 403, "/debug/pprof/": 404} {
		response, err := s.get(t, path)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, response.StatusCode, want)
		}
		wantSecurity(t, path, response.Header)
	}
	response, err := s.client.Get(s.url + "/healthcheck")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a password: status %d, want 401", response.StatusCode)
	}
	wantSecurity(t, "401", response.Header)
}
