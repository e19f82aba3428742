package httpapi_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// Whatever a client sends, of which net/http makes a request: it is answered,
// never redirected, always with the security headers, and what calls itself
// JSON is JSON.
func FuzzHTTP(f *testing.F) {
	routes := httpapi.Routes(map[string]http.Handler{
		"/":             httpapi.Page(plain(), httpapi.PageOptions{}),
		"/healthcheck/": httpapi.Healthcheck(plain(), httpapi.Options{Prefix: "/healthcheck", Hostname: "h"}),
		"/metrics":      text("metrics"),
		"/debug/pprof/": pathEcho{},
	})
	for _, seed := range []string{
		"OPTIONS /healthcheck HTTP/1.0\r\n\r\n",
		"GET //healthcheck/./redis?verbose&format=text HTTP/1.1\r\nHost: h\r\nAccept: application/health+json\r\n\r\n",
		"HEAD /healthcheck%2fredis?check=db&exclude=redis&tag=x HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET http://h/healthcheck?format=%zz HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /../healthcheck HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
		"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
		"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, bytes string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(bytes)))
		if err != nil {
			return // net/http's own 400.
		}
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, r.WithContext(t.Context()))
		header, body := w.Header(), w.Body.String()
		if w.Code < 200 || w.Code/100 == 3 || w.Code > 599 || header.Get("Location") != "" {
			t.Errorf("status %d, Location %q", w.Code, header.Get("Location"))
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") == "" {
			t.Errorf("header %v, want the security headers", header)
		}
		if header.Get("Content-Type") == "application/json" && r.Method != http.MethodHead && !json.Valid([]byte(body)) && body != "NOT OK" {
			t.Errorf("not JSON: %q", body)
		}
		for name, values := range header {
			if strings.ContainsAny(strings.Join(values, "")+name, "\r\n\x00") {
				t.Errorf("a line break in the header %s: %q", name, values)
			}
		}
	})
}
