package cli_test

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// passing answers as an exporter whose checks pass, also about itself.
var passing = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/healthcheck":
		_, _ = io.WriteString(w, `{"status": "success", "results": []}`)
	case "/-/healthy":
		_, _ = io.WriteString(w, "healthy\n")
	case "/-/ready":
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "shutting down\n")
	default:
		http.NotFound(w, r)
	}
})

// wantCheck runs the check command and compares its status and a part of what
// it prints.
func wantCheck(t *testing.T, status int, part string, args ...string) {
	t.Helper()
	got, out, errs := runCommand(t, append([]string{"check"}, args...)...)
	if got != status || !strings.Contains(out+errs, part) {
		t.Errorf("check %q: %d %q %q, want %d and %q", args, got, out, errs, status, part)
	}
}

func TestAskingOverTLSWantsATrustedCertificate(t *testing.T) {
	s := httptest.NewTLSServer(passing)
	defer s.Close()
	s.Config.ErrorLog = nil
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "--url=" + s.URL + "/healthcheck"
	wantCheck(t, cli.ExitPassed, "0 checks passed", url, "--url.ca-file="+ca)
	wantCheck(t, cli.ExitPassed, "0 checks passed", url, "--url.insecure-skip-verify")
	wantCheck(t, cli.ExitFailed, "(--url.ca-file names a file of certificates to trust)", url)
	wantCheck(t, cli.ExitMisuse, "--url: not a report, but a server that wants https", strings.Replace(url, "https:", "http:", 1))
	wantCheck(t, cli.ExitMisuse, "--url.ca-file: ", url, "--url.ca-file=/nowhere.pem")
	wantCheck(t, cli.ExitMisuse, "no certificate in PEM", url, "--url.ca-file="+newFile(t, "text").path)
}

func TestAskingAuthenticatesFromTheEnvironment(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "correct horse" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		passing(w, r)
	}))
	defer s.Close()
	url := "--url=" + s.URL + "/healthcheck"
	wantCheck(t, cli.ExitFailed, "status 401, set HEALTHCHECK_URL_USER", url)
	t.Setenv("HEALTHCHECK_URL_USER", "ann")
	t.Setenv("HEALTHCHECK_URL_PASSWORD", "correct horse")
	wantCheck(t, cli.ExitPassed, "0 checks passed", url)
	t.Setenv("HEALTHCHECK_URL_PASSWORD", "wrong")
	wantCheck(t, cli.ExitFailed, "status 401, user or password is wrong", url)
	wantCheck(t, cli.ExitPassed, "0 checks passed", strings.Replace(url, "http://", "http://ann:correct%20horse@", 1))
}

// An old process may still hold a connection after another has taken its place.
func TestEachQuestionOpensAConnection(t *testing.T) {
	var asked, opened atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "not every check has a result yet\n")
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	wantCheck(t, cli.ExitPassed, "ready\npassed after", "--url="+s.URL+"/-/ready", "--wait=60s")
	if asked.Load() != 3 || opened.Load() != 3 {
		t.Errorf("%d questions on %d connections, want 3 on 3", asked.Load(), opened.Load())
	}
}

func TestAskingOverAUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "hc") //nolint:usetesting // The path of a Unix socket must be short.
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(passing)
	s.Listener.Close()
	s.Listener = l
	s.Start()
	defer s.Close()
	for _, url := range []string{"unix:" + dir + "/s", "unix:" + dir + "/s:/healthcheck", "unix://" + dir + "/s:/healthcheck"} {
		wantCheck(t, cli.ExitPassed, "0 checks passed", "--url="+url)
	}
	wantCheck(t, cli.ExitPassed, "healthy\n", "--url=unix:"+dir+"/s:/-/healthy")
	wantCheck(t, cli.ExitFailed, "no such file", "--url=unix:"+dir+"/none:/healthcheck")
}

func TestAskingTheExporterAboutItself(t *testing.T) {
	s := httptest.NewServer(passing)
	defer s.Close()
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	defer foreign.Close()
	wantCheck(t, cli.ExitPassed, "healthy\n", "--url="+s.URL+"/-/healthy")
	wantCheck(t, 0, "OK - healthy\n", "--url="+s.URL+"/-/healthy", "--output=nagios")
	wantCheck(t, cli.ExitFailed, "shutting down\n", "--url="+s.URL+"/-/ready")
	wantCheck(t, 2, "CRITICAL - shutting down\n", "--url="+s.URL+"/-/ready", "--output=nagios")
	wantCheck(t, cli.ExitMisuse, "not an answer of this exporter", "--url="+s.URL+"/-/haelthy")
	wantCheck(t, cli.ExitMisuse, "not an answer of this exporter", "--url="+foreign.URL+"/-/healthy")
	wantCheck(t, cli.ExitMisuse, "--output=json", "--url="+s.URL+"/-/healthy", "--output=json")
}

func TestAskingAtAWrongPathOrAForeignServerIsMisuse(t *testing.T) {
	s := httptest.NewServer(passing)
	defer s.Close()
	wantCheck(t, cli.ExitMisuse, "not a report, but status 404", "--url="+s.URL)
	wantCheck(t, cli.ExitMisuse, "not a report, but status 404", "--url="+s.URL+"/metrics", "a")
	wantCheck(t, cli.NagiosUnknown, "UNKNOWN - --url: not a report", "--url="+s.URL+"/", "--output=nagios")
	wantCheck(t, cli.ExitMisuse, "not a report, but a server without TLS", "--url="+strings.Replace(s.URL, "http", "https", 1)+"/healthcheck")
	smtp := faulttest.Serve(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "220 mail.example.org\r\n")
		_, _ = io.Copy(io.Discard, c)
	})
	wantCheck(t, cli.ExitMisuse, "not a report, but a server that does not speak HTTP", "--url=http://"+smtp+"/healthcheck")
	wantCheck(t, cli.ExitFailed, "connection refused", "--url=http://"+faulttest.Refused(t)+"/healthcheck")
}

func TestAskingVerboselyShowsTheEvidenceThatTheExporterGives(t *testing.T) {
	c, err := collector.New(collector.Options{}, checks.Check{Name: "search", Func: func(ctx context.Context) (string, error) {
		trace := checks.TraceOf(ctx)
		trace.Phase("asking", "index-1")
		trace.Note("shards", "3")
		return "", errors.New("no answer")
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		handler http.Handler
		args    []string
		shown   bool
	}{
		"trusted":     {httpapi.Healthcheck(c, httpapi.Options{Trusted: httpapi.Access{}.Allows}), []string{"-v"}, true},
		"not verbose": {httpapi.Healthcheck(c, httpapi.Options{Trusted: httpapi.Access{}.Allows}), nil, false},
		"not trusted": {httpapi.Healthcheck(c, httpapi.Options{}), []string{"-v"}, false},
	} {
		s := httptest.NewServer(c.handler)
		_, out, errs := runCommand(t, append([]string{"check", "--url=" + s.URL}, c.args...)...)
		s.Close()
		if shown := strings.Contains(out, "      phases: asking (index-1) ") && strings.Contains(out, "\n      shards: 3\n"); shown != c.shown || !strings.Contains(out, "no answer") {
			t.Errorf("%s: evidence is shown: %v, want %v:\n%s%s", name, shown, c.shown, out, errs)
		}
	}
}
