package probe_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// httpServer serves until the test ends.
func httpServer(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.URL
}

// tlsServer is the same with a certificate for 127.0.0.1, signed by the CA in certs.
func tlsServer(t *testing.T, certs *faulttest.Certs, handle http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(handle)
	s.Config.ErrorLog = discard()
	s.TLS = certs.Good.Config()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

// peerOf is the address in a URL of httptest.
func peerOf(url string) string { return url[strings.Index(url, "//")+2:] }

func TestHTTPPassesWithTheStatusAsItsOutput(t *testing.T) {
	r := run(t, probe.HTTP{URL: httpServer(t, status(200, "hello"))})
	r.passes(t, "200 OK")
	r.observes(t, "connect_seconds", "first_byte_seconds", "transfer_seconds", "body_bytes", "status_code")
	if r.observed["body_bytes"] != 5 || r.observed["status_code"] != 200 {
		t.Errorf("observed %v, want body_bytes 5 and status_code 200", r.observed)
	}
}

func TestHTTPResolvesAHostNameAndTellsHowLongThatTook(t *testing.T) {
	_, port, _ := net.SplitHostPort(peerOf(httpServer(t, status(200, ""))))
	r := run(t, probe.HTTP{URL: "http://localhost:" + port})
	r.passes(t, "200 OK")
	r.observes(t, "dns_seconds", "connect_seconds", "first_byte_seconds", "transfer_seconds", "body_bytes", "status_code")
}

func TestHTTPStatusDecides(t *testing.T) {
	for _, c := range []struct {
		code   int
		wanted []string
		output string
		reason checks.Reason
		fails  string
	}{
		{204, nil, "204 No Content", "", ""},
		{299, nil, "299", "", ""},
		{503, nil, "", checks.ReasonStatus, "status 503, want 200 to 299"},
		{302, nil, "", checks.ReasonStatus, "status 302, want 200 to 299"},
		{302, []string{"302"}, "302 Found", "", ""},
		{404, []string{"200-299", " 404 "}, "404 Not Found", "", ""},
		{200, []string{"204", "300 - 399"}, "", checks.ReasonStatus, "status 200, want 204 or 300 to 399"},
		{401, nil, "", checks.ReasonAuth, "status 401, want 200 to 299"},
		{403, nil, "", checks.ReasonAuth, "status 403, want 200 to 299"},
		{407, nil, "", checks.ReasonAuth, "status 407, want 200 to 299"},
		{401, []string{"401"}, "401 Unauthorized", "", ""},
	} {
		t.Run(fmt.Sprintf("%d of %q", c.code, c.wanted), func(t *testing.T) {
			url := httpServer(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.code) })
			r := run(t, probe.HTTP{URL: url, Status: c.wanted})
			if c.fails == "" {
				r.passes(t, c.output)
				return
			}
			r.fails(t, c.reason, c.fails)
			if r.observed["status_code"] != float64(c.code) {
				t.Errorf("status_code = %v, want %d", r.observed["status_code"], c.code)
			}
		})
	}
}

func TestHTTPSendsWhatIsConfigured(t *testing.T) {
	var got *http.Request
	var body []byte
	url := httpServer(t, func(_ http.ResponseWriter, r *http.Request) { got = r; body, _ = io.ReadAll(r.Body) })
	run(t, probe.HTTP{
		URL: url + "/a%2Fb/c%20d?q=1", Method: "PUT", Body: `{"x": 1}`,
		Headers: map[string]string{"host": "shop.example.org", "content-type": "application/json", "X-A": "1"},
	}).passes(t, "200 OK")
	if got.Method != http.MethodPut || got.RequestURI != "/a%2Fb/c%20d?q=1" || got.Host != "shop.example.org" || string(body) != `{"x": 1}` {
		t.Errorf("request = %s %s, host %s, body %s", got.Method, got.RequestURI, got.Host, body)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "X-A": "1", "User-Agent": "healthcheck_exporter", "Accept-Encoding": ""} {
		if got.Header.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if !got.Close || got.ContentLength != 8 {
		t.Errorf("request has Close %v and a length of %d, want true and 8", got.Close, got.ContentLength)
	}
}

func TestHTTPAuthenticates(t *testing.T) {
	var authorization string
	url := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		if authorization = r.Header.Get("Authorization"); authorization == "" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	for name, c := range map[string]struct {
		spec probe.HTTP
		want string
	}{
		"password":      {probe.HTTP{BasicAuth: &probe.BasicAuth{Username: "Aladdin", Password: "open sesame"}}, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		"password file": {probe.HTTP{BasicAuth: &probe.BasicAuth{Username: "Aladdin", PasswordFile: checks.SecretFile(write(t, "open sesame\n"))}}, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		"token":         {probe.HTTP{BearerToken: "t0ken"}, "Bearer t0ken"},
		"token file":    {probe.HTTP{BearerTokenFile: checks.SecretFile(write(t, "t0ken\n"))}, "Bearer t0ken"},
		"own header":    {probe.HTTP{Headers: map[string]string{"authorization": "Digest x"}}, "Digest x"},
	} {
		t.Run(name, func(t *testing.T) {
			c.spec.URL = url
			run(t, c.spec).passes(t, "200 OK")
			if authorization != c.want {
				t.Errorf("Authorization = %q, want %q", authorization, c.want)
			}
		})
	}
}

func TestHTTPReadsItsSecretFileAtEveryRun(t *testing.T) {
	var authorization string
	url := httpServer(t, func(_ http.ResponseWriter, r *http.Request) { authorization = r.Header.Get("Authorization") })
	path := write(t, "first")
	f, err := probe.HTTP{URL: url, BearerTokenFile: checks.SecretFile(path)}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"first", "second"} {
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := f(t.Context()); err != nil || authorization != "Bearer "+token {
			t.Errorf("run = %v with %q, want Bearer %s", err, authorization, token)
		}
	}
}

func TestHTTPTellsTroubleWithItsSecretFileAsOurs(t *testing.T) {
	empty := write(t, "\n")
	run(t, probe.HTTP{URL: "http://127.0.0.1:1", BearerTokenFile: checks.SecretFile(empty)}).
		fails(t, checks.ReasonInternal, "local: bearer_token_file "+empty+": is empty or has a control character")
	run(t, probe.HTTP{URL: "http://127.0.0.1:1", BearerTokenFile: "/nonexistent/x"}).
		fails(t, checks.ReasonInternal, "local: secret file /nonexistent/x: no such file or directory")
}

func TestHTTPBodyDecides(t *testing.T) {
	url := httpServer(t, status(200, "{\"status\": \"down\"}\nmore"))
	run(t, probe.HTTP{URL: url, BodyRegexp: `"status": *"(up|down)"`}).passes(t, "200 OK")
	run(t, probe.HTTP{URL: url, BodyNotRegexp: `error`}).passes(t, "200 OK")
	run(t, probe.HTTP{URL: url, BodyRegexp: `"up"`}).
		fails(t, checks.ReasonAssertion, `body has no match of "\"up\"", it begins "{\"status\": \"down\"}"…`)
	run(t, probe.HTTP{URL: url, BodyNotRegexp: `down`}).
		fails(t, checks.ReasonAssertion, `body has a match of "down", want none`)
}

func TestHTTPShowsNoSecretOfItsOwnThatThePeerEchoes(t *testing.T) {
	const secret = "kanarienvogel"
	url := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintln(w, password, r.Header, r.URL.Path, r.URL.Query(), r.RequestURI, string(body))
	})
	r := run(t, probe.HTTP{
		URL: url + "/hook/" + secret + "1?token=" + secret + "%202", Body: `{"password":"` + secret + `3"}`,
		Headers:    map[string]string{"X-Api-Key": secret + "4", "Cookie": "a=" + secret},
		BasicAuth:  &probe.BasicAuth{Username: "u", Password: secret},
		BodyRegexp: "^never$", Method: "POST",
	})
	if r.err == nil || faulttest.Leaked(r.err.Error(), secret) != "" {
		t.Errorf("run = %v, want a failure without %s", r.err, secret)
	}
}

func TestHTTPBodyMayBeAsLargeAsAllowed(t *testing.T) {
	url := httpServer(t, status(200, strings.Repeat("x", 100)+"y"))
	run(t, probe.HTTP{URL: url, MaxBodySize: 101, BodyRegexp: "y$"}).passes(t, "200 OK")
	run(t, probe.HTTP{URL: url, MaxBodySize: 100}).
		fails(t, checks.ReasonAssertion, "reading the body from "+peerOf(url)+": larger than 100B, want at most max_body_size")
	run(t, probe.HTTP{URL: url, MaxBodySize: 100, Method: "HEAD"}).passes(t, "200 OK")

	chunked := httpServer(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 101 {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
		}
	})
	run(t, probe.HTTP{URL: chunked, MaxBodySize: 101}).passes(t, "200 OK")
	run(t, probe.HTTP{URL: chunked, MaxBodySize: 100}).
		fails(t, checks.ReasonAssertion, "reading the body from "+peerOf(chunked)+": larger than 100B, want at most max_body_size")
}

func TestHTTPDoesNotReadOnAfterItsJudgement(t *testing.T) {
	endless := func(code int) string {
		return httpServer(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(code)
			for r.Context().Err() == nil {
				io.WriteString(w, strings.Repeat("x", 1<<10))
				w.(http.Flusher).Flush()
			}
		})
	}
	ctx, cancel := contextFor(t, time.Minute)
	defer cancel()
	began := time.Now()
	runIn(ctx, t, probe.HTTP{URL: endless(503)}).
		fails(t, checks.ReasonStatus, `status 503, want 200 to 299, body begins "`+strings.Repeat("x", 80)+`"…`)
	url := endless(200)
	runIn(ctx, t, probe.HTTP{URL: url}).passes(t, "200 OK")
	runIn(ctx, t, probe.HTTP{URL: url, BodyNotRegexp: "y"}).
		fails(t, checks.ReasonAssertion, "reading the body from "+peerOf(url)+": larger than 64KiB, want at most max_body_size")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("both took %v, want an end at once", took)
	}
}

// says returns a peer that reads a request and answers with those bytes.
func says(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.WriteString(conn, answer)
		}
	}
}

func TestHTTPUnderstandsWhatServersSend(t *testing.T) {
	for name, answer := range map[string]string{
		"informational answers first": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.0 without a length":   "HTTP/1.0 200 OK\r\n\r\nok",
		"chunks with a trailer":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nA: b\r\n\r\n",
		"bare line feeds":             "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
		"a status without words":      "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
	} {
		t.Run(name, func(t *testing.T) {
			run(t, probe.HTTP{URL: "http://" + faulttest.Serve(t, says(answer)), BodyRegexp: "^ok$"}).passes(t, "200 OK")
		})
	}
}

func TestHTTPSaysHowAnAnswerIsBroken(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"no answer":           {"", "waiting for headers from %s: connection closed"},
		"half of the headers": {"HTTP/1.1 200 OK\r\nContent-", "waiting for headers from %s: connection closed within them"},
		"another protocol":    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "waiting for headers from %s: reply is not HTTP, it begins \"SSH-2.0-OpenSSH_9.2\"…"},
		"less than a line":    {"\x15\x03\x01\x00\x02\x02F", `waiting for headers from %s: reply is not HTTP, it begins "\x15\x03\x01\x00\x02\x02F"`},
		"a short body":        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "reading the body from %s: broke off after 5 bytes"},
		"a broken chunk":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "reading the body from %s: invalid byte in chunk length"},
		"another protocol next": {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
			"waiting for headers from %s: status 101, which was not asked for"},
		"hints without end": {strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 7), "waiting for headers from %s: more than 5 informational replies"},
	} {
		t.Run(name, func(t *testing.T) {
			address := faulttest.Serve(t, says(c.answer))
			run(t, probe.HTTP{URL: "http://" + address}).fails(t, checks.ReasonProtocol, fmt.Sprintf(c.want, address))
		})
	}
}

func TestHTTPSaysWhatASilentPeerOfAnotherProtocolHasSent(t *testing.T) {
	address := faulttest.Serve(t, func(conn net.Conn) { io.WriteString(conn, "\x00\x00ready"); io.Copy(io.Discard, conn) })
	ctx, cancel := contextFor(t, 300*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.HTTP{URL: "http://" + address}).
		fails(t, checks.ReasonProtocol, "waiting for headers from "+address+`: reply is not HTTP, it begins "\x00\x00ready"`)
}

func TestHTTPAnswerThatComesBeforeTheRequestWasReadCounts(t *testing.T) {
	address := faulttest.Serve(t, func(conn net.Conn) {
		bufio.NewReader(conn).ReadString('\n')
		io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
		conn.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, conn)
	})
	run(t, probe.HTTP{URL: "http://" + address, Method: "POST", Body: strings.Repeat("x", 1<<20)}).
		fails(t, checks.ReasonStatus, "status 413, want 200 to 299")
}

func TestHTTPSaysThatItsRequestWasNotTaken(t *testing.T) {
	address := faulttest.Serve(t, func(conn net.Conn) {
		conn.Read(make([]byte, 1))
		conn.(*net.TCPConn).SetLinger(0) // A close is a reset then.
	})
	run(t, probe.HTTP{URL: "http://" + address, Method: "POST", Body: strings.Repeat("x", 16<<20)}).
		failsWith(t, checks.ReasonProtocol, "sending the request to "+address+": ")
}

func TestHTTPChecksTheCertificateAndTellsItsEnd(t *testing.T) {
	certs := faulttest.Certificates(t)
	url := tlsServer(t, certs, status(200, ""))
	r := run(t, probe.HTTP{URL: url, TLS: &checks.TLS{CAFile: certs.CAFile}})
	r.passes(t, "200 OK")
	r.observes(t, "connect_seconds", "tls_seconds", "tls_not_after_timestamp_seconds", "first_byte_seconds", "transfer_seconds", "body_bytes", "status_code")
	leaf, err := x509.ParseCertificate(certs.Good.TLS.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := r.observed["tls_not_after_timestamp_seconds"]; got != float64(leaf.NotAfter.Unix()) {
		t.Errorf("tls_not_after_timestamp_seconds = %v, want %d", got, leaf.NotAfter.Unix())
	}
	run(t, probe.HTTP{URL: url}).fails(t, checks.ReasonTLS, "tls handshake with "+peerOf(url)+": certificate signed by unknown authority")
	run(t, probe.HTTP{URL: url, TLS: &checks.TLS{InsecureSkipVerify: true}}).passes(t, "200 OK")
	run(t, probe.HTTP{URL: url, TLS: &checks.TLS{CAFile: "/nonexistent/ca.pem"}}).
		fails(t, checks.ReasonInternal, "local: tls: ca_file /nonexistent/ca.pem: no such file or directory")
}

func TestHTTPShowsItsOwnCertificate(t *testing.T) {
	certs := faulttest.Certificates(t)
	s := httptest.NewUnstartedServer(status(200, ""))
	s.TLS = certs.Good.Config()
	s.TLS.ClientAuth, s.TLS.ClientCAs = tls.RequireAndVerifyClientCert, pool(t, certs.CAFile)
	s.Config.ErrorLog = discard()
	s.StartTLS()
	defer s.Close()
	settings := checks.TLS{CAFile: certs.CAFile, CertFile: certs.Client.CertFile, KeyFile: certs.Client.KeyFile}
	run(t, probe.HTTP{URL: s.URL, TLS: &settings}).passes(t, "200 OK")
	r := run(t, probe.HTTP{URL: s.URL, TLS: &checks.TLS{CAFile: certs.CAFile}})
	if checks.ReasonOf(r.err) != checks.ReasonTLS {
		t.Errorf("without a certificate: %v (%s), want the reason tls", r.err, checks.ReasonOf(r.err))
	}
}

func TestHTTPAsksOverAUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var host string
	s := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host = r.Host })}
	go s.Serve(listener)
	r := run(t, probe.HTTP{URL: "http://docker/_ping", UnixSocket: path})
	r.passes(t, "200 OK")
	r.observes(t, "connect_seconds", "first_byte_seconds", "transfer_seconds", "body_bytes", "status_code")
	if host != "docker" {
		t.Errorf("Host = %q, want docker", host)
	}
	s.Close()
	run(t, probe.HTTP{URL: "http://docker/_ping", UnixSocket: "/nonexistent/s"}).
		fails(t, checks.ReasonRefused, "connecting to /nonexistent/s: no such file or directory")
}

func TestHTTPLeavesNothingOpenWhenCancelled(t *testing.T) {
	url := "http://" + faulttest.Silent(t)
	wantCancelled(t, runIn(cancelledSoon(t), t, probe.HTTP{URL: url}))
	slow := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	wantCancelled(t, runIn(cancelledSoon(t), t, probe.HTTP{URL: slow}))
}

func TestHTTPOpensAConnectionForEachRun(t *testing.T) {
	opened := 0
	s := httptest.NewUnstartedServer(status(200, ""))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened++
		}
	}
	s.Start()
	f, err := probe.HTTP{URL: s.URL}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := f(t.Context()); err != nil {
			t.Error(err)
		}
	}
	s.Close()
	if opened != 3 {
		t.Errorf("3 runs opened %d connections, want 3", opened)
	}
}

func TestHTTPIgnoresTheProxyOfTheEnvironment(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	run(t, probe.HTTP{URL: httpServer(t, status(200, ""))}).passes(t, "200 OK")
}

func TestHTTPTimeoutNamesTheTimeThatTheWholeRunHad(t *testing.T) {
	silent := "http://" + faulttest.Silent(t)
	home := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(100 * time.Millisecond)
		http.Redirect(w, r, silent, http.StatusFound)
	})
	ctx, cancel := contextFor(t, 400*time.Millisecond)
	defer cancel()
	r := runIn(ctx, t, probe.HTTP{URL: home, FollowRedirects: true})
	r.fails(t, checks.ReasonTimeout, "waiting for headers from "+peerOf(silent)+": timeout after 400ms")
	_, text, _ := strings.Cut(r.err.Error(), "timeout after ")
	if d, err := time.ParseDuration(text); err != nil || d > 400*time.Millisecond || d <= 300*time.Millisecond {
		t.Errorf("the time is %s, want 400ms or, on a busy machine, a little less", text)
	}
}

func TestHTTPCanBeRunByManyAtOnce(t *testing.T) {
	certs := faulttest.Certificates(t)
	url := tlsServer(t, certs, status(200, "ok"))
	f, err := probe.HTTP{
		URL: url, TLS: &checks.TLS{CAFile: certs.CAFile}, BodyRegexp: "ok", Method: "POST", Body: "x",
		BasicAuth: &probe.BasicAuth{Username: "u", Password: "p"}, Headers: map[string]string{"X": "y"},
	}.Build()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := f(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
