//go:build linux

package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A rawRequest is bytes as a client sends them, and the status they deserve.
// An "H" stands for "Host: localhost" and its line end; the empty line at the
// end is added.
type rawRequest struct {
	bytes string
	want  int
}

// rawRequests is what clients, proxies, scanners and the confused send.
func rawRequests() []rawRequest {
	query := func(n int) string { return strings.Repeat("x", n) }
	return []rawRequest{
		// What haproxy, Prometheus, probes and people send.
		{"OPTIONS /healthcheck HTTP/1.0\r\n", 200},
		{"GET /healthcheck HTTP/1.0\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nH", 200},
		{"HEAD /healthcheck HTTP/1.1\r\nH", 200},
		{"GET /healthcheck/load HTTP/1.1\r\nH", 200},
		{"GET /healthcheck?check=load&verbose HTTP/1.1\r\nH", 200},
		{"GET /metrics HTTP/1.1\r\nH", 200},
		{"HEAD /metrics HTTP/1.1\r\nH", 200},
		{"GET /environment HTTP/1.1\r\nH", 200},
		{"GET /environment/os HTTP/1.1\r\nH", 200},
		{"GET / HTTP/1.1\r\nH", 200},
		{"GET /-/healthy HTTP/1.1\r\nH", 200},
		{"GET /-/ready HTTP/1.1\r\nH", 200},

		// Methods.
		{"POST /healthcheck HTTP/1.1\r\nHContent-Length: 0\r\n", 405},
		{"PUT /healthcheck HTTP/1.1\r\nHContent-Length: 0\r\n", 405},
		{"DELETE /healthcheck HTTP/1.1\r\nH", 405},
		{"PATCH /healthcheck HTTP/1.1\r\nHContent-Length: 0\r\n", 405},
		{"TRACE /healthcheck HTTP/1.1\r\nH", 405},
		{"PROPFIND /healthcheck HTTP/1.1\r\nH", 405},
		{"get /healthcheck HTTP/1.1\r\nH", 405},
		{"CONNECT /healthcheck HTTP/1.1\r\nH", 405},
		{"CONNECT localhost:22 HTTP/1.1\r\nH", 405},
		{"POST / HTTP/1.1\r\nHContent-Length: 0\r\n", 405},
		{"OPTIONS / HTTP/1.1\r\nH", 405},
		{"POST /metrics HTTP/1.1\r\nHContent-Length: 0\r\n", 405},
		{"POST /environment HTTP/1.1\r\nHContent-Length: 0\r\n", 405},
		{"POST /-/healthy HTTP/1.1\r\nHContent-Length: 0\r\n", 405},
		{"GET /-/reload HTTP/1.1\r\nH", 403},
		{"POST /-/reload HTTP/1.1\r\nHContent-Length: 0\r\n", 403},
		{"POST /-/drain HTTP/1.1\r\nHContent-Length: 0\r\n", 403},
		{"POST /-/quit HTTP/1.1\r\nHContent-Length: 0\r\n", 404},
		{"GE(T /healthcheck HTTP/1.1\r\nH", 400},

		// Forms of the target.
		{"OPTIONS * HTTP/1.1\r\nH", 404},
		{"OPTIONS * HTTP/1.0\r\n", 404},
		{"GET * HTTP/1.1\r\nH", 404},
		{"GET http://elsewhere.example.org/healthcheck HTTP/1.1\r\nH", 200},
		{"GET http://elsewhere.example.org HTTP/1.1\r\nH", 200},
		{"GET http://elsewhere.example.org/environment HTTP/1.1\r\nH", 403},
		{"GET ftp://elsewhere.example.org/etc/passwd HTTP/1.1\r\nH", 404},
		{"GET http://[::1/healthcheck HTTP/1.1\r\nH", 400},
		{"GET healthcheck HTTP/1.1\r\nH", 400},
		{"GET ?format=json HTTP/1.1\r\nH", 400},

		// Spellings of the path: the same answer or 404, never a redirect.
		{"GET //healthcheck HTTP/1.1\r\nH", 200},
		{"GET /./healthcheck HTTP/1.1\r\nH", 200},
		{"GET /healthcheck/ HTTP/1.1\r\nH", 200},
		{"GET /healthcheck// HTTP/1.1\r\nH", 200},
		{"GET /healthcheck/. HTTP/1.1\r\nH", 200},
		{"GET /healthcheck//load/ HTTP/1.1\r\nH", 200},
		{"GET /%68ealthcheck HTTP/1.1\r\nH", 200},
		{"GET /healthcheck%2f HTTP/1.1\r\nH", 200},
		{"GET /healthcheck%2Fload HTTP/1.1\r\nH", 200},
		{"GET /healthcheck%2Fnope HTTP/1.1\r\nH", 404},
		{"GET /metrics/ HTTP/1.1\r\nH", 200},
		{"GET /metrics/x HTTP/1.1\r\nH", 404},
		{"GET /HEALTHCHECK HTTP/1.1\r\nH", 404},
		{"GET /healthcheckx HTTP/1.1\r\nH", 404},
		{"GET /healthcheck;x=1 HTTP/1.1\r\nH", 404},
		{"GET /healthcheck#load HTTP/1.1\r\nH", 404},
		{"GET /healthcheck%00 HTTP/1.1\r\nH", 404},
		{"GET /healthcheck%0d%0aX-Evil:%201 HTTP/1.1\r\nH", 404},
		{"GET /healthcheck%zz HTTP/1.1\r\nH", 400},
		{"GET /healthcheck/nope HTTP/1.1\r\nH", 404},
		{"GET /healthcheck/load/load HTTP/1.1\r\nH", 404},
		{"GET /../healthcheck HTTP/1.1\r\nH", 404},
		{"GET /healthcheck/../metrics HTTP/1.1\r\nH", 404},
		{"GET /healthcheck/%2e%2e/metrics HTTP/1.1\r\nH", 404},
		{"GET /healthcheck/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nH", 404},
		{"GET /..%5c..%5cwindows HTTP/1.1\r\nH", 404},
		{"GET /etc/passwd HTTP/1.1\r\nH", 404},
		{"GET /index.html HTTP/1.1\r\nH", 404},
		{"GET /favicon.ico HTTP/1.1\r\nH", 404},
		{"GET /h\xc3\xa9althcheck HTTP/1.1\r\nH", 404},
		{"GET /debug/pprof/ HTTP/1.1\r\nH", 404},
		{"GET /debug/pprof/cmdline HTTP/1.1\r\nH", 404},
		{"GET /debug/vars HTTP/1.1\r\nH", 404},
		{"GET /probe?target=127.0.0.1:22 HTTP/1.1\r\nH", 404},

		// Queries.
		{"GET /healthcheck? HTTP/1.1\r\nH", 200},
		{"GET /healthcheck?unknown=1 HTTP/1.1\r\nH", 200},
		{"GET /healthcheck?target=http://169.254.169.254/ HTTP/1.1\r\nH", 200},
		{"GET /healthcheck?format=xml HTTP/1.1\r\nH", 400},
		{"GET /healthcheck?%zz HTTP/1.1\r\nH", 400},
		{"GET /healthcheck?a=1;b=2 HTTP/1.1\r\nH", 400},
		{"GET /healthcheck?check=nope HTTP/1.1\r\nH", 404},
		{"GET /healthcheck?tag=nope HTTP/1.1\r\nH", 404},
		{"GET /healthcheck?exclude=load HTTP/1.1\r\nH", 404},
		{"GET /healthcheck?" + query(8<<10) + " HTTP/1.1\r\nH", 200},
		{"GET /" + query(8<<10) + " HTTP/1.1\r\nH", 404},
		{"GET /healthcheck?" + query(64<<10) + " HTTP/1.1\r\nH", 431},

		// The head of the request.
		{"GET /healthcheck HTTP/1.1\r\n", 400},
		{"GET /healthcheck HTTP/1.1\r\nHost:\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nHHost: other\r\n", 400},
		{"GET /healthcheck HTTP/1.1\r\nHost: a b\r\n", 400},
		{"GET /environment HTTP/1.1\r\nHost: evil.example.org\r\n", 403},
		{"GET /environment HTTP/1.1\r\nHX-Forwarded-For: 127.0.0.1\r\n", 403},
		{"GET /environment HTTP/1.1\r\nHVia: 1.1 proxy\r\n", 403},
		{"GET /healthcheck HTTP/1.1\r\nHX-Big: " + query(1<<20) + "\r\n", 431},
		{"GET /healthcheck HTTP/1.1\r\nH" + strings.Repeat("X-Many: 1\r\n", 20000), 431},
		{"GET /healthcheck HTTP/1.1\r\nHX-Name : 1\r\n", 400},
		{"GET /healthcheck HTTP/1.1\r\nHX-Nul: \x00\r\n", 400},
		{"GET /healthcheck HTTP/1.1\r\nHno colon\r\n", 400},
		{"GET  /healthcheck HTTP/1.1\r\nH", 400},
		{"GET /healthcheck\r\n", 400},
		{"GET /healthcheck HTTP/1.1 \r\nH", 400},
		{"GET /healthcheck HTTP/9.9\r\nH", 505},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n", 404},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400},
		{"\x00\x01\x02\r\n", 400},
		{"GET /healthcheck HTTP/1.1\r\nHUpgrade: websocket\r\nConnection: Upgrade\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nHRange: bytes=0-1\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nHIf-None-Match: *\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nHIf-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nHX-HTTP-Method-Override: DELETE\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nHX-Original-URL: /-/reload\r\n", 200},
		{"GET /healthcheck HTTP/1.1\r\nHAccept: application/xml;q=\r\n", 200},

		// Bodies: nobody wants one, and nobody can smuggle one.
		{"GET /healthcheck HTTP/1.1\r\nHContent-Length: 5\r\n\r\nhello", 200},
		{"POST /healthcheck HTTP/1.1\r\nHContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", 405},
		{"GET /healthcheck HTTP/1.1\r\nHContent-Length: 5\r\nContent-Length: 6\r\n", 400},
		{"GET /healthcheck HTTP/1.1\r\nHContent-Length: -1\r\n", 400},
		{"GET /healthcheck HTTP/1.1\r\nHContent-Length: 0x5\r\n", 400},
		{"POST /healthcheck HTTP/1.1\r\nHTransfer-Encoding: gzip\r\n", 501},
		{"POST /healthcheck HTTP/1.1\r\nHTransfer-Encoding: chunked, identity\r\n", 501},
		{"POST /healthcheck HTTP/1.1\r\nHContent-Length: 1000000\r\nExpect: 100-continue\r\n", 405},
		{"GET /healthcheck HTTP/1.1\r\nHExpect: miracles\r\n", 417},
	}
}

// netHTTP are the statuses with which net/http itself answers what never
// becomes a request; nothing can add a header to these.
func netHTTP(status int) bool {
	switch status {
	case 400, 417, 431, 501, 505:
		return true
	}
	return false
}

func TestRawRequestsGetTheirExactStatusAndNoRedirect(t *testing.T) {
	e := start(t, "checks:\n  - {name: load, load: {}}\n")
	statuses := map[int]int{}
	for _, test := range rawRequests() {
		statuses[test.want]++
		response := exchange(t, e.Addr, test.bytes)
		name := fmt.Sprintf("%.60q", test.bytes)
		if response.StatusCode != test.want {
			t.Errorf("%s: status %d, want %d", name, response.StatusCode, test.want)
		}
		if response.Header.Get("Location") != "" || response.StatusCode/100 == 3 {
			t.Errorf("%s is redirected: %v", name, response.Header)
		}
		ours := response.Header.Get("Cache-Control") == "no-store" // net/http has no opinion about caches.
		if ours || !netHTTP(response.StatusCode) {
			wantSecurity(t, name, response.Header)
		}
	}
	var counts []string
	for _, status := range slices.Sorted(maps.Keys(statuses)) {
		counts = append(counts, fmt.Sprintf("%d × %d", statuses[status], status))
	}
	record(t, "requests", fmt.Sprintf("- %d raw requests, each with its exact status (%s), none redirected", len(rawRequests()), strings.Join(counts, ", ")))
}

// The listener for health checks has less, and the same manners.
func TestRawRequestsToTheHealthListener(t *testing.T) {
	health := testservers.FreeAddr(t)
	start(t, "checks:\n  - {name: load, load: {}}\n", "--health.listen-address="+health)
	for _, test := range rawRequests() {
		target := strings.Fields(test.bytes + " . .")[1]
		for _, elsewhere := range []string{"/metrics", "/environment", "/-/reload", "/-/drain", "http://elsewhere.example.org/environment"} {
			if strings.TrimSuffix(target, "/") == elsewhere || target == elsewhere+"/os" {
				test.want = 404
			}
		}
		switch target {
		case "/", "http://elsewhere.example.org", "localhost:22": // The page, which is not there.
			test.want = 404
		}
		response := exchange(t, health, test.bytes)
		name := fmt.Sprintf("%.60q", test.bytes)
		if response.StatusCode != test.want {
			t.Errorf("%s: status %d, want %d", name, response.StatusCode, test.want)
		}
		if response.Header.Get("Location") != "" {
			t.Errorf("%s is redirected: %v", name, response.Header)
		}
		if !netHTTP(response.StatusCode) {
			wantSecurity(t, name, response.Header)
		}
	}
}

// wantSecurity looks for the headers that every answer of ours has.
func wantSecurity(t testing.TB, name string, header http.Header) {
	t.Helper()
	if got := header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("%s: X-Content-Type-Options is %q, want nosniff", name, got)
	}
	if got := header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") || !strings.Contains(got, "frame-ancestors 'none'") {
		t.Errorf("%s: Content-Security-Policy is %q", name, got)
	}
	for _, telling := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin"} {
		if got := header.Get(telling); got != "" {
			t.Errorf("%s: %s is %q, want none", name, telling, got)
		}
	}
}

// exchange sends bytes and reads one answer.
func exchange(t testing.TB, addr, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	method, _, _ := strings.Cut(request, " ")
	sent := make(chan struct{})
	go func() { // It may be refused before all of it is sent.
		defer close(sent)
		first, rest, _ := strings.Cut(request, "\r\n")
		rest, has := strings.CutPrefix(rest, "H")
		if has && !strings.HasPrefix(rest, "ost:") {
			rest = "Host: localhost\r\n" + rest
		} else if has {
			rest = "H" + rest
		}
		_, _ = io.WriteString(conn, first+"\r\n"+rest+"\r\n")
	}()
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	response.Body.Close()
	conn.Close()
	<-sent
	return response
}

func TestProfilesAreThereOnlyWhenAskedForAndExpvarNever(t *testing.T) {
	e := start(t, "checks: []\n", "--web.enable-pprof")
	for path, want := range map[string]int{
		"/debug/pprof/": 200, "/debug/pprof": 200, "/debug/pprof/heap": 200, "/debug/pprof/cmdline": 404, "/debug/vars": 404, "/debug/": 404,
	} {
		response := exchange(t, e.Addr, "GET "+path+" HTTP/1.1\r\nH")
		if response.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, response.StatusCode, want)
		}
		if response.Header.Get("X-Content-Type-Options") != "nosniff" || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %v, want the security headers", path, response.Header)
		}
	}
}

func TestTwoRequestsInOneConnectionGetTwoAnswers(t *testing.T) {
	e := start(t, "checks: []\n")
	conn, err := net.Dial("tcp", e.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	// Of a length and chunks the chunks count (RFC 9112, 6.3): what follows them is
	// the next request, and not taken for a body.
	fmt.Fprint(conn, "POST /healthcheck HTTP/1.1\r\nHost: l\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+
		"GET /-/healthy HTTP/1.1\r\nHost: l\r\n\r\n")
	r := bufio.NewReader(conn)
	for i, want := range []int{405, 200} {
		response, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i+1, err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		if response.StatusCode != want {
			t.Errorf("answer %d: status %d, want %d", i+1, response.StatusCode, want)
		}
	}
}
