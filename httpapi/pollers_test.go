package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// poll asks h as a program with that name from that address.
func poll(t *testing.T, h http.Handler, agent, from string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = from
	r.Header.Set("User-Agent", agent)
	h.ServeHTTP(httptest.NewRecorder(), r)
}

func TestPollersAreRememberedByProgramAndClassOfAddress(t *testing.T) {
	var p httpapi.Pollers
	code := 200
	status := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	health, metrics := httpapi.NewRequests().Wrap("healthcheck", p.Wrap("healthcheck", status)), p.Wrap("metrics", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	before := time.Now()
	poll(t, health, "HAProxy", "10.1.2.3:4000")
	poll(t, metrics, "Prometheus/3.5.0", "[fd00::1]:4000")
	code = 500
	poll(t, health, "HAProxy", "192.168.7.7:4001") // The same program, elsewhere in the private network.
	poll(t, health, "curl", "127.0.0.1:1")
	poll(t, health, "curl", "[::1]:1")
	poll(t, health, "", "@")
	poll(t, health, "bot", "[::ffff:203.0.113.9]:9")
	got := map[string]int{}
	for _, poller := range p.All() {
		got[strings.Join([]string{poller.Agent, poller.From, poller.Handler}, "|")] = poller.Code
		if poller.Asked.Before(before) || poller.Asked.After(time.Now()) {
			t.Errorf("%s asked at %v", poller.Agent, poller.Asked)
		}
	}
	want := map[string]int{"HAProxy|private|healthcheck": 500, "Prometheus/3.5.0|private|metrics": 200, "curl|loopback|healthcheck": 500, "|unix|healthcheck": 500, "bot|public|healthcheck": 500}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("pollers %v, want %v", got, want)
	}
	if first := p.All()[0]; first.Agent != "bot" {
		t.Errorf("first %+v, want the one that asked last", first)
	}
}

func TestAPollerOverAnotherProtocolIsShownWithItsLine(t *testing.T) {
	var p httpapi.Pollers
	p.Remember("agent-check", "10.1.2.3:4000", "up 100%")
	p.Remember("agent-check", "10.1.2.4:4000", "down #db: <b>")
	p.Remember("agent-check", "127.0.0.1:4000", "")
	o := sceneOptions()
	o.Pollers = p.All
	body := get(t, httpapi.Page(nineChecks(), o), "/").body
	for _, want := range []string{
		`<td>private</td><td data-of="asks">agent-check</td>`, `<td data-of="answer">down #db: &lt;b&gt;</td>`,
		`<td>loopback</td><td data-of="asks">agent-check</td>`, `<td data-of="answer">an empty line</td>`, "Who asks: 2",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, belowTheStyle(body))
		}
	}
}

func TestAFloodOfProgramsTakesNoMemory(t *testing.T) {
	var p httpapi.Pollers
	h := p.Wrap("healthcheck", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var clients sync.WaitGroup
	for c := range 4 {
		clients.Go(func() {
			for i := range 500 {
				poll(t, h, fmt.Sprintf("%d-%d %s", c, i, strings.Repeat("x", 4000)), "127.0.0.1:1")
			}
		})
	}
	clients.Wait()
	poll(t, h, "HAProxy", "127.0.0.1:1")
	all := p.All()
	if len(all) != 64 || all[0].Agent != "HAProxy" {
		t.Errorf("%d pollers, the first %.40q, want 64 and HAProxy", len(all), all[0].Agent)
	}
	for _, poller := range all {
		if len(poller.Agent) > 200 {
			t.Errorf("an agent of %d bytes", len(poller.Agent))
		}
	}
}

func TestThePageHidesTheSecretsOfPollers(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	o.Pollers = func() []httpapi.Poller {
		return []httpapi.Poller{
			{Agent: "probe --password=Tr0ub4dor3xyz", From: "public", Handler: "healthcheck", Code: 404},
			{Agent: "bad\xff\nline", From: "unix", Handler: "healthcheck", Code: 200}, {Code: 299},
		}
	}
	body := get(t, httpapi.Page(s, o), "/").body
	for _, want := range []string{"<td>probe --password=********</td>", "404 Not Found", "without a name", `bad\ufffd\nline`} {
		if !strings.Contains(strings.ReplaceAll(body, "\ufffd", `\ufffd`), want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Contains(body, "Tr0ub4dor") {
		t.Error("a secret is shown")
	}
}
