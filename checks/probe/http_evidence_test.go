package probe_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

func TestHTTPFailureShowsHowTheBodyBegins(t *testing.T) {
	run(t, probe.HTTP{URL: httpServer(t, status(503, "db pool exhausted"))}).
		fails(t, checks.ReasonStatus, `status 503, want 200 to 299, body begins "db pool exhausted"`)
	run(t, probe.HTTP{URL: httpServer(t, status(401, "\n<html>\nlogin</html>"))}).
		fails(t, checks.ReasonAuth, `status 401, want 200 to 299, body begins "<html>"…`)
	run(t, probe.HTTP{URL: httpServer(t, status(500, " \n"))}).fails(t, checks.ReasonStatus, "status 500, want 200 to 299")
	echo := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, "no user for "+r.Header.Get("X-Api-Key"))
	})
	run(t, probe.HTTP{URL: echo, Headers: map[string]string{"X-Api-Key": canary}}).
		fails(t, checks.ReasonStatus, `status 500, want 200 to 299, body begins "no user for ********"`)
}

func TestHTTPEvidenceKeepsTheWordsOfTheRequest(t *testing.T) {
	const reply = "health of shop: status failing, orders database exhausted, version 1 in production, application/json"
	spec := probe.HTTP{
		URL: httpServer(t, status(503, reply)) + "/shop/health?passing=true&key=status&version=1", Method: "POST",
		Body:    `{"database": "orders", "key": "status"}`,
		Headers: map[string]string{"Content-Type": "application/json", "X-Env": "production", "X-Service": "shop"},
	}
	run(t, spec).fails(t, checks.ReasonStatus, `status 503, want 200 to 299, body begins "`+reply[:80]+`"…`)
}

func TestHTTPEvidenceMasksWhatCouldBeASecret(t *testing.T) {
	for name, spec := range map[string]probe.HTTP{
		"a token in the path":       {URL: "/hook/T0123456789"},
		"a token without digits":    {URL: "/hook/aBcDeFgHiJkL"},
		"a password in the query":   {URL: "/?password=letmein"},
		"a token in the query":      {URL: "/?x=s3cr3t-token"},
		"a password in JSON":        {URL: "/", Body: `{"user": "probe", "password": "letmein"}`},
		"a password in a form":      {URL: "/", Body: "user=probe&password=letmein"},
		"a bearer's token":          {URL: "/", Headers: map[string]string{"Authorization": "Bearer letmein"}},
		"a key in a header":         {URL: "/", Headers: map[string]string{"X-Api-Key": "letmein"}},
		"a token in another header": {URL: "/", Headers: map[string]string{"X-Other": "s3cr3t-token"}},
	} {
		secret := "letmein"
		for _, token := range []string{"T0123456789", "aBcDeFgHiJkL", "s3cr3t-token"} {
			if strings.Contains(spec.URL+spec.Headers["X-Other"], token) {
				secret = token
			}
		}
		spec.URL, spec.Method = httpServer(t, status(503, "db down for "+secret+", bearer"))+spec.URL, "POST"
		if r := run(t, spec); r.err == nil || r.err.Error() != `status 503, want 200 to 299, body begins "db down for ********, bearer"` {
			t.Errorf("%s: %v, want it masked and nothing else", name, r.err)
		}
	}
}

func TestHTTPDoesNotWaitForEvidence(t *testing.T) {
	began := time.Now()
	run(t, probe.HTTP{URL: httpServer(t, stalls(503, "half a sen"))}).
		fails(t, checks.ReasonStatus, `status 503, want 200 to 299, body begins "half a sen"`)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v, want an end soon", took)
	}
}

// stalls begins a body that does not end.
func stalls(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, body)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
}

func TestHTTPBodyThatNothingLooksAtNeedNotEnd(t *testing.T) {
	events := httpServer(t, stalls(200, "data: 1\n\n"))
	r := run(t, probe.HTTP{URL: events})
	r.passes(t, "200 OK")
	r.observes(t, "connect_seconds", "first_byte_seconds", "status_code")
	run(t, probe.HTTP{URL: httpServer(t, status(200, strings.Repeat("x", 1<<20)))}).passes(t, "200 OK")
	ctx, cancel := contextFor(t, 300*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.HTTP{URL: events, BodyRegexp: "never"}).
		fails(t, checks.ReasonTimeout, "reading the body from "+peerOf(events)+": timeout after 300ms")
}

func TestHTTPFailureShowsWhereARedirectLeads(t *testing.T) {
	for location, want := range map[string]string{
		"https://login.example.org:8443/sso?state=" + canary + "#x": " to login.example.org:8443/sso",
		"http://user:" + canary + "@example.org/a%20b":              " to example.org/a%20b",
		"https://bücher.example/":                                   " to xn--bcher-kva.example/",
		"//other.example.org":                                       " to other.example.org",
		"mailto:someone@example.org":                                "",
	} {
		run(t, probe.HTTP{URL: httpServer(t, redirects(302, location))}).
			fails(t, checks.ReasonStatus, "status 302"+want+", want 200 to 299")
	}
	home := httpServer(t, redirects(301, "/hook/"+canary+"/"))
	r := run(t, probe.HTTP{URL: home + "/?x=" + canary})
	r.fails(t, checks.ReasonStatus, "status 301 to "+peerOf(home)+"/hook/********/, want 200 to 299")
}

func TestRedirectToAHostInAnotherScriptIsFollowed(t *testing.T) {
	// The proxy replies to the CONNECT of the second hop as to the first request.
	proxy := tunnel(t, "302 Found\r\nLocation: https://bücher.example/\r\nContent-Length: 0", "", new(http.Request))
	run(t, probe.HTTP{URL: "http://shop.example.org/", ProxyURL: "http://" + proxy, FollowRedirects: true}).
		failsWith(t, checks.ReasonUnreachable, "answers CONNECT xn--bcher-kva.example:443 with status 302")
}

func TestCookiesAreKeptBetweenTheHopsOfARun(t *testing.T) {
	var seen witness
	home := httptest.NewServer(seen.record(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			http.SetCookie(w, &http.Cookie{Name: "session", Value: canary})
			http.Redirect(w, r, "/with", http.StatusFound)
		case "/with":
			if cookie, err := r.Cookie("session"); err != nil || cookie.Value != canary {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			w.WriteHeader(http.StatusTeapot)
			io.WriteString(w, "you are "+r.Header.Get("Cookie"))
		}
	}))
	defer home.Close()
	f, err := probe.HTTP{URL: home.URL, FollowRedirects: true, Headers: map[string]string{"Cookie": "a=weasel-1"}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := f(t.Context())
		if want := `status 418, want 200 to 299, body begins "you are ********; session=********"`; err == nil || err.Error() != want {
			t.Errorf("run = %v, want %s", err, want)
		}
	}
	for i, r := range seen.seen {
		if cookie := r.Header.Get("Cookie"); i%2 == 0 && cookie != "a=weasel-1" {
			t.Errorf("run %d began with the cookies %q, want those of the settings", i/2+1, cookie)
		}
	}
}

func TestDecompressedBodyIsMatched(t *testing.T) {
	var encoding string
	url := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		if encoding = r.Header.Get("Accept-Encoding"); encoding != "gzip" {
			io.WriteString(w, "up")
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		io.WriteString(packed, "up"+strings.Repeat(" ", 1000))
		packed.Close()
	})
	run(t, probe.HTTP{URL: url, BodyRegexp: "^up$"}).passes(t, "200 OK")
	r := run(t, probe.HTTP{URL: url, BodyRegexp: "^up +$", Decompress: true})
	r.passes(t, "200 OK")
	if encoding != "gzip" || r.observed["body_bytes"] != 1002 {
		t.Errorf("asked for %q and observed %v, want gzip and 1002 bytes", encoding, r.observed)
	}
	run(t, probe.HTTP{URL: url, BodyRegexp: "^up", Decompress: true, MaxBodySize: 1000}).
		fails(t, checks.ReasonAssertion, "reading the body from "+peerOf(url)+": larger than 1000B, want at most max_body_size")
	run(t, probe.HTTP{URL: url, Decompress: true, Method: "HEAD"}).passes(t, "200 OK")
	broken := httpServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, "this is not gzip")
	})
	run(t, probe.HTTP{URL: broken, Decompress: true, BodyRegexp: "x"}).
		fails(t, checks.ReasonProtocol, "reading the body from "+peerOf(broken)+": gzip: invalid header")
	cut := httpServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, "\x1f\x8b\x08")
	})
	run(t, probe.HTTP{URL: cut, Decompress: true, BodyRegexp: "x"}).
		fails(t, checks.ReasonProtocol, "reading the body from "+peerOf(cut)+": broke off after 0 bytes")
}

func TestEvidenceIsDecompressed(t *testing.T) {
	url := httpServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusServiceUnavailable)
		packed := gzip.NewWriter(w)
		io.WriteString(packed, "db pool exhausted")
		packed.Close()
	})
	run(t, probe.HTTP{URL: url, Decompress: true}).fails(t, checks.ReasonStatus, `status 503, want 200 to 299, body begins "db pool exhausted"`)
}

func TestCompressedBodyThatNothingLooksAtNeedNotBegin(t *testing.T) {
	silent := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		stalls(http.StatusOK, "")(w, r)
	})
	run(t, probe.HTTP{URL: silent, Decompress: true}).passes(t, "200 OK")
}
