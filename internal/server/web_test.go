package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestARefusalForWantOfAPasswordHasTheSecurityHeaders(t *testing.T) {
	path := webConfig(t)
	e := start(t, "checks: []", func(o *server.Options) { o.WebConfigFile = path })
	ask := func(password string) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/healthcheck", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth("ann", password)
		response, err := e.client("web").Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response
	}
	refused := ask("wrong")
	if refused.StatusCode != http.StatusUnauthorized || refused.Header.Get("X-Content-Type-Options") != "nosniff" ||
		refused.Header.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" {
		t.Errorf("status %d with %v, want 401 with the security headers", refused.StatusCode, refused.Header)
	}
	if got := ask("correct horse"); got.StatusCode != http.StatusOK {
		t.Errorf("status %d with the password, want 200", got.StatusCode)
	}
	if status, _ := e.askOn("health", http.MethodGet, "/healthcheck"); status != http.StatusOK {
		t.Errorf("status %d on the health listener, which needs no password, want 200", status)
	}
}

func TestAWebConfigThatCannotBeUsedEndsRun(t *testing.T) {
	e := newExporter(t, "checks: []")
	o := e.options()
	o.WebConfigFile = file(t, "nothing: [")
	if err := server.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "yaml") {
		t.Errorf("Run returned %v, want the fault of the web config", err)
	}
}

func TestAPasswordThatIsNotAHashIsNamedWithItsUser(t *testing.T) {
	good, err := os.ReadFile(webConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	path := file(t, string(good)+"  zoe: secret\n  bob: hunter2\n")
	const want = "%[1]s: basic_auth_users: user \"bob\": the password is not a bcrypt hash, make one with: htpasswd -nBC 10 bob\n" +
		"%[1]s: basic_auth_users: user \"zoe\": the password is not a bcrypt hash, make one with: htpasswd -nBC 10 zoe"
	if got := server.ValidateWebConfig(path); got == nil || got.Error() != fmt.Sprintf(want, path) {
		t.Errorf("%v, want %s", got, fmt.Sprintf(want, path))
	}
	for _, path := range []string{webConfig(t), file(t, "tls_server_config: {}\n"), file(t, "basic_auth_users: ["), "/nowhere"} {
		if err := server.ValidateWebConfig(path); err != nil {
			t.Errorf("%v, want no error about the users", err)
		}
	}
}

// exporter-toolkit would read such a file for ever.
func TestAWebConfigWithoutAnEndIsRefused(t *testing.T) {
	for _, path := range []string{"/dev/zero", "/proc/kmsg"} {
		f, err := os.Open(path)
		if err != nil {
			t.Log(err)
			continue
		}
		f.Close()
		began := time.Now()
		if err := server.ValidateWebConfig(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %v, want it refused", path, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: refused after %v", path, took)
		}
	}
}

func TestAShortAnswerIsPlainTextThatNobodyKeeps(t *testing.T) {
	for method, body := range map[string]string{http.MethodGet: "method not allowed, want POST\n", http.MethodHead: ""} {
		w := httptest.NewRecorder()
		server.Posts(ok).ServeHTTP(w, httptest.NewRequest(method, "/-/reload", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Body.String() != body {
			t.Errorf("%s: %d %q, want 405 and %q", method, w.Code, w.Body, body)
		}
		for name, want := range map[string]string{
			"Allow": "POST", "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", method, name, got, want)
			}
		}
	}
}

func TestTheProbesSayWhichMethodsTheyTake(t *testing.T) {
	e := start(t, "checks: []", nil)
	for _, path := range []string{"/-/healthy", "/-/ready"} {
		response, err := e.client("web").Post("http://localhost"+path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "GET, HEAD, OPTIONS" || string(body) != "method not allowed\n" {
			t.Errorf("POST %s: %d %v %q, want 405 with the methods", path, response.StatusCode, response.Header, body)
		}
	}
	e.await("/-/ready", http.StatusOK, "ready\n")
	e.want(http.MethodHead, "/-/ready", http.StatusOK, "")
}

func TestMetricsOfTheProcessAreThereOnRequest(t *testing.T) {
	for _, with := range []bool{false, true} {
		e := start(t, "checks: []", func(o *server.Options) { o.ExporterMetrics = with })
		_, body := e.ask(http.MethodGet, "/metrics")
		for _, name := range []string{"\ngo_goroutines ", "\nprocess_open_fds "} {
			if got := strings.Contains(body, name); got != with {
				t.Errorf("with ExporterMetrics %v: %q is there: %v", with, name, got)
			}
		}
		last := ""
		for line := range strings.Lines(body) {
			if name, is := strings.CutPrefix(line, "# TYPE "); is {
				if name < last {
					t.Errorf("%q comes after %q, want the families sorted", name, last)
				}
				last = name
			}
		}
		for _, line := range []string{"\nhealthcheck_log_lines_dropped_total 0\n", "\nhealthcheck_http_requests_total", "\nhealthcheck_healthy 1\n", "\nhealthcheck_build_info{"} {
			if !strings.Contains(body, line) {
				t.Errorf("no %q in the metrics:\n%s", line, body)
			}
		}
	}
}

func TestAProfileIsOfAtMostFifteenSeconds(t *testing.T) {
	e := start(t, "checks: []", func(o *server.Options) { o.Pprof = true })
	for seconds, want := range map[string]int{"0": http.StatusOK, "15": http.StatusOK, "": http.StatusOK,
		"15.1": http.StatusBadRequest, "-0.1": http.StatusBadRequest, "NaN": http.StatusBadRequest, "1s": http.StatusBadRequest} {
		e.want(http.MethodGet, "/debug/pprof/symbol?seconds="+seconds, want, "")
	}
	e.want(http.MethodGet, "/debug/pprof/symbol", http.StatusOK, "num_symbols: 1\n")
	e.want(http.MethodGet, "/debug/pprof/trace?seconds=0.01", http.StatusOK, "go 1.")
	e.want(http.MethodGet, "/debug/pprof/goroutine?debug=1", http.StatusOK, "goroutine profile: total")
	plain := start(t, "checks: []", nil)
	plain.want(http.MethodGet, "/debug/pprof/", http.StatusNotFound, "")
}

func TestAProfileWithoutATimeIsNotTooLong(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel() // Otherwise it would take as long.
	for path, want := range map[string]string{"profile": "15", "profile?seconds=0": "15", "profile?seconds=3": "3", "profile?seconds=2.5": "3", "profile?seconds=1e1": "10"} {
		r := httptest.NewRequest(http.MethodGet, "/debug/pprof/"+path, nil).WithContext(gone)
		server.Profiles(httptest.NewRecorder(), r)
		if got := r.FormValue("seconds"); got != want {
			t.Errorf("%s: pprof is asked for %q seconds, want %s", path, got, want)
		}
	}
}

func TestTheButtonOfThePageIsForThoseWhoMayUseIt(t *testing.T) {
	for _, with := range []bool{false, true} {
		e := start(t, twoChecks, func(o *server.Options) { o.Lifecycle = with })
		if _, body := e.ask(http.MethodGet, "/checks/a"); strings.Contains(body, `/-/run/a"`) != with {
			t.Errorf("with Lifecycle %v: the button is there: %v", with, !with)
		}
		if _, body := e.ask(http.MethodGet, "/checks/a", "X-Forwarded-For: 192.0.2.1"); strings.Contains(body, `/-/run/a"`) {
			t.Errorf("with Lifecycle %v: the button is there for a client behind a proxy", with)
		}
	}
}
