package probe_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// evidenceOf runs a check that fails, and returns its evidence.
func evidenceOf(t *testing.T, spec checks.Spec) *checks.Evidence {
	t.Helper()
	o := faulttest.RunOnce(t, spec, 5*time.Second)
	if o.Err == nil {
		t.Fatalf("passed with %q, want a failure", o.Output)
	}
	return o.Evidence
}

// phasesOf returns the names of the phases.
func phasesOf(e *checks.Evidence) string {
	var names []string
	for _, p := range e.Phases {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func TestHTTPLeavesStatusAndBeginningOfTheBody(t *testing.T) {
	const asked = "connecting, sending the request, waiting for headers"
	long := strings.Repeat("abcd ", 100)
	for name, c := range map[string]struct {
		h      http.HandlerFunc
		s      probe.HTTP
		phases string
		reply  checks.Reply
	}{
		"wrong status":     {status(503, "pool\nexhausted"), probe.HTTP{}, asked, checks.Reply{Status: 503, Begins: "pool\nexhausted"}},
		"no body":          {status(500, ""), probe.HTTP{}, asked, checks.Reply{Status: 500}},
		"redirect":         {http.RedirectHandler("/login", http.StatusFound).ServeHTTP, probe.HTTP{}, asked, checks.Reply{Status: 302}},
		"wrong body":       {status(200, "sorry"), probe.HTTP{BodyRegexp: "fine"}, asked + ", reading the body", checks.Reply{Status: 200, Begins: "sorry"}},
		"unwanted in body": {status(200, "sorry"), probe.HTTP{BodyNotRegexp: "sorry"}, asked + ", reading the body", checks.Reply{Status: 200, Begins: "sorry"}},
		"body too large":   {status(200, long), probe.HTTP{MaxBodySize: 300}, asked + ", reading the body", checks.Reply{Status: 200}},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "half a sen")
		}, probe.HTTP{}, asked + ", reading the body", checks.Reply{Status: 200, Begins: "half a sen"}},
	} {
		c.s.URL = httpServer(t, c.h)
		e := evidenceOf(t, c.s)
		if phasesOf(e) != c.phases || e.Reply == nil || *e.Reply != c.reply {
			t.Errorf("%s: evidence = %s, want %s and %+v", name, e, c.phases, c.reply)
		}
	}
}

func TestRedirectsLeaveThePhasesOfEachRequest(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/", http.RedirectHandler("/next", http.StatusFound))
	mux.HandleFunc("/next", status(404, "nothing here"))
	e := evidenceOf(t, probe.HTTP{URL: httpServer(t, mux.ServeHTTP) + "/", FollowRedirects: true})
	const one = "connecting, sending the request, waiting for headers"
	if got := phasesOf(e); got != one+", "+one || *e.Reply != (checks.Reply{Status: 404, Begins: "nothing here"}) {
		t.Errorf("evidence = %s, want two requests and the second reply", e)
	}
}

// What the peer echoes of the request is not left as evidence.
func TestEvidenceOfAnEchoHasNoSecret(t *testing.T) {
	echo := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, "no "+r.Header.Get("X-Api-Key")+" "+r.URL.RawQuery+" "+string(body))
	})
	e := evidenceOf(t, probe.HTTP{URL: echo + "/?token=" + canary, Method: "POST", Body: canary, Headers: map[string]string{"X-Api-Key": canary}})
	if e.Reply == nil || !strings.HasPrefix(e.Reply.Begins, "no ********") || strings.Contains(e.String(), canary) {
		t.Errorf("evidence = %s, want a reply without the secrets", e)
	}
	address := faulttest.Serve(t, func(conn net.Conn) { _, _ = io.Copy(conn, conn) })
	e = evidenceOf(t, probe.TCP{Address: address, Steps: []probe.TCPStep{{Send: "AUTH " + canary + "\n", Expect: "never", Reject: "AUTH"}}})
	if e.Reply == nil || !strings.HasPrefix(e.Reply.Begins, "********") || strings.Contains(e.String(), canary) {
		t.Errorf("evidence = %s, want a reply without the secret", e)
	}
}

func TestGarbageIsLeftAsEvidence(t *testing.T) {
	address := faulttest.Serve(t, func(conn net.Conn) { io.WriteString(conn, "SSH-2.0-OpenSSH_9.6\r\n"); io.Copy(io.Discard, conn) })
	for name, spec := range map[string]checks.Spec{
		"http": probe.HTTP{URL: "http://" + address},
		"tcp":  probe.TCP{Address: address, Steps: []probe.TCPStep{{Expect: "^220 ", Reject: "^SSH"}}},
	} {
		if e := evidenceOf(t, spec); e.Reply == nil || e.Reply.Status != 0 || !strings.HasPrefix(e.Reply.Begins, "SSH-2.0-OpenSSH_9.6") {
			t.Errorf("%s: evidence = %s, want what the peer said", name, e)
		}
	}
}

func TestCertificatesAreLeftAsEvidence(t *testing.T) {
	certs := faulttest.Certificates(t)
	trust := &checks.TLS{CAFile: certs.CAFile}
	for name, c := range map[string]struct {
		leaf faulttest.Leaf
		s    probe.TLS
		want string // of the version: unknown when the chain was not trusted in a library
	}{
		"expired":    {certs.Expired, probe.TLS{TLS: trust}, "TLS 1.3"},
		"wrong name": {certs.OfOtherHost, probe.TLS{TLS: trust}, "TLS 1.3"},
		"unknown ca": {certs.OfUnknownCA, probe.TLS{TLS: trust}, "TLS 1.3"},
		"few days":   {certs.Good, probe.TLS{TLS: trust, FailDays: 1000, WarnDays: 1000}, "TLS 1.3"},
	} {
		c.s.Address = faulttest.TLS(t, c.leaf, nil)
		e := evidenceOf(t, c.s)
		if e.TLS == nil || len(e.TLS.Chain) == 0 {
			t.Errorf("%s: evidence = %s, want the certificates", name, e)
			continue
		}
		if got := e.TLS.Chain[0]; e.TLS.Version != c.want || !got.NotAfter.Equal(c.leaf.TLS.Leaf.NotAfter) || phasesOf(e) != "connecting, tls handshake" {
			t.Errorf("%s: evidence = %s, want %s and the end %s", name, e, c.want, c.leaf.TLS.Leaf.NotAfter)
		}
	}
}

// Of a name with several addresses each is tried.
func TestAddressesThatWereTriedAreLeftAsEvidence(t *testing.T) {
	refused := faulttest.Refused(t)
	_, port, _ := net.SplitHostPort(refused)
	e := evidenceOf(t, probe.TCP{Address: "localhost:" + port})
	if phasesOf(e) != "resolving, connecting" || len(e.Attempts) == 0 {
		t.Fatalf("evidence = %s, want the phases and the addresses", e)
	}
	last := e.Attempts[len(e.Attempts)-1]
	if !strings.HasSuffix(last.Address, ":"+port) || last.Error != "connection refused" || e.Phases[0].Peer != "localhost" || e.Phases[1].Peer != "localhost:"+port {
		t.Errorf("evidence = %s, want an address of localhost that refuses", e)
	}
}
