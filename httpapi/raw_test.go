package httpapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// A server as main makes them, asked in bytes.
func TestRawRequestsAreAnsweredOrNotFoundButNeverRedirected(t *testing.T) {
	health := httpapi.Healthcheck(plain(), httpapi.Options{Prefix: "/healthcheck", Hostname: "h"})
	routes := httpapi.Routes(map[string]http.Handler{
		"/":             httpapi.Page(plain(), httpapi.PageOptions{}),
		"/healthcheck/": health,
		"/metrics":      text("metrics"),
		"/debug/pprof/": pathEcho{},
	})
	for name, handler := range map[string]http.Handler{"router": routes, "healthcheck alone": health} {
		addr := serve(t, handler)
		for _, c := range []struct {
			request string
			status  int
			body    string // the checks of a JSON answer; empty: none
		}{
			{"OPTIONS /healthcheck HTTP/1.0\r\n\r\n", 500, "redis db"}, // haproxy's option httpchk /healthcheck
			{"GET /healthcheck HTTP/1.0\r\n\r\n", 500, "redis db"},
			{"HEAD /healthcheck HTTP/1.0\r\n\r\n", 500, ""},
			{"HEAD /healthcheck HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 500, ""},
			{"GET /healthcheck HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 500, "redis db"},
			{"OPTIONS /healthcheck HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 500, "redis db"},
			{"OPTIONS * HTTP/1.0\r\n\r\n", 404, ""},
			{"OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 404, ""},
			{"GET //healthcheck HTTP/1.0\r\n\r\n", 500, "redis db"},
			{"GET ///healthcheck///redis// HTTP/1.0\r\n\r\n", 500, "redis"},
			{"GET /./healthcheck HTTP/1.0\r\n\r\n", 500, "redis db"},
			{"GET /healthcheck/ HTTP/1.0\r\n\r\n", 500, "redis db"},
			{"GET /healthcheck/. HTTP/1.0\r\n\r\n", 500, "redis db"},
			{"GET /healthcheck/redis/ HTTP/1.0\r\n\r\n", 500, "redis"},
			{"GET /healthcheck/../healthcheck HTTP/1.0\r\n\r\n", 404, ""},
			{"GET /%2e%2e/healthcheck HTTP/1.0\r\n\r\n", 404, ""},
			{"GET /%68ealthcheck HTTP/1.0\r\n\r\n", 500, "redis db"},
			{"GET http://other/healthcheck HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 500, "redis db"},
			{"GET /healthcheckx HTTP/1.0\r\n\r\n", 404, ""},
			{"GET /Healthcheck HTTP/1.0\r\n\r\n", 404, ""},
			{"GET /healthcheck?check=db HTTP/1.0\r\n\r\n", 500, "db"},
			{"GET /healthcheck/?check=db HTTP/1.0\r\n\r\n", 500, "db"},
			{"GET /healthcheck?check=typo HTTP/1.0\r\n\r\n", 404, ""},
			{"OPTIONS /healthcheck?check=typo HTTP/1.0\r\n\r\n", 404, ""},
			{"POST /healthcheck HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", 405, ""},
			{"CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nConnection: close\r\n\r\n", 405, ""},
			{"GET /healthcheck HTTP/1.1\r\n\r\n", 400, ""}, // Host is missing: net/http's own.
		} {
			head, body := ask(t, addr, c.request)
			if got := strings.Fields(head)[1]; got != fmt.Sprint(c.status) {
				t.Errorf("%s: %.60q: status %s, want %d", name, c.request, got, c.status)
			}
			if strings.Contains(head, "Location") {
				t.Errorf("%s: %.60q: redirected", name, c.request)
			}
			if c.body != "" && checkers(t, answer{body: body}) != c.body {
				t.Errorf("%s: %.60q: body %s", name, c.request, body)
			}
			if strings.HasPrefix(c.request, "HEAD") && (body != "" || !strings.Contains(head, "Content-Length: ")) {
				t.Errorf("%s: %.60q: %s%s", name, c.request, head, body)
			}
		}
	}
}

func TestTheRouterFindsByPathAlone(t *testing.T) {
	routes := httpapi.Routes(map[string]http.Handler{
		"/":               text("root"),
		"/metrics":        text("metrics"),
		"/-/healthy":      text("healthy"),
		"/debug/pprof/":   pathEcho{},
		"/debug/pprof/x/": text("longer"),
		"/a":              text("exact"),
		"/a/":             text("below"),
	})
	for path, want := range map[string]string{
		"/": "root", "": "root", "//": "root", "/.": "root",
		"/metrics": "metrics", "/metrics/": "metrics", "//metrics": "metrics", "/metrics/x": "", "/metric": "",
		"/-/healthy": "healthy", "/-": "", "/debug": "",
		"/debug/pprof": "/debug/pprof", "/debug/pprof/": "/debug/pprof/", "//debug/./pprof/heap": "/debug/pprof/heap",
		"/debug/pprof/x": "longer", "/debug/pprof/x/y": "longer", "/debug/pprof/xy": "/debug/pprof/xy",
		"/a": "exact", "/a/": "exact", "/a/b": "below",
		"/..": "", "/x/../metrics": "", "*": "", "metrics": "",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path = path
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, r)
		if want == "" {
			if w.Code != 404 || w.Body.String() != `{"error": "not found"}` || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%q: %d %s", path, w.Code, w.Body)
			}
		} else if w.Code != 200 || w.Body.String() != want {
			t.Errorf("%q: %d %q, want %q", path, w.Code, w.Body, want)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%q: header %v", path, w.Header())
		}
	}
}

// text answers with itself.
type text string

func (s text) ServeHTTP(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, string(s)) }

// pathEcho answers with the path that it is given.
type pathEcho struct{}

func (pathEcho) ServeHTTP(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) }

// serve serves h on a free port until the test ends.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h, DisableGeneralOptionsHandler: true, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(l) }()
	t.Cleanup(func() { server.Close(); <-done })
	return l.Addr().String()
}

// ask sends a request and returns head and body of the answer.
func ask(t *testing.T, addr, request string) (head, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("%q: %v after %q", request, err, head)
		}
		if head += line; line == "\r\n" {
			break
		}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return head, string(b)
}
