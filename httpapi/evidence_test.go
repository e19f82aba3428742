package httpapi_test

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// failing is a collector of a check that fails, with everything that a run can
// record.
func failing(t *testing.T) *collector.Collector {
	t.Helper()
	c, err := collector.New(collector.Options{}, checks.Check{Name: "shop", Func: func(ctx context.Context) (string, error) {
		trace := checks.TraceOf(ctx)
		trace.Phase("resolving", "shop.example.org")
		time.Sleep(2 * time.Millisecond)
		trace.Phase("connecting", "shop.example.org:443")
		trace.Tried("[2001:db8::1]:443", errors.New("no route to host"))
		trace.Tried("192.0.2.1:443", nil)
		trace.Phase("retrying", "")
		trace.Secured(0x304, []*x509.Certificate{{Subject: pkix.Name{CommonName: "shop"}, DNSNames: []string{"shop.example.org"}, NotAfter: time.Now().Add(36 * time.Hour)}})
		trace.Replied(503, "so <sorry>")
		trace.Exited(2, "né")
		trace.Note("node", "3")
		return "", checks.Fail(checks.ReasonStatus, errors.New("status 503, want 200 to 299"))
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sees is Trusted for requests with a header.
func sees(r *http.Request) bool { return r.Header.Get("X-Trusted") != "" }

func TestAReplyWithoutAStatusHasNone(t *testing.T) {
	for status, want := range map[int]string{0: `"reply": {"begins": "-LOADING"}`, 503: `"reply": {"status": 503, "begins": "-LOADING"}`} {
		c, err := collector.New(collector.Options{}, checks.Check{Name: "cache", Func: func(ctx context.Context) (string, error) {
			checks.TraceOf(ctx).Replied(status, "-LOADING")
			return "", errors.New("no answer")
		}})
		if err != nil {
			t.Fatal(err)
		}
		h := httpapi.Healthcheck(c, httpapi.Options{Trusted: sees})
		if body := get(t, h, "/healthcheck?verbose", "X-Trusted", "1").body; !strings.Contains(body, want) {
			t.Errorf("%s, want %s", body, want)
		}
	}
}

func TestEvidenceIsForTrustedRequestsThatWantAllOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := failing(t)
		h := httpapi.Healthcheck(c, httpapi.Options{Trusted: sees, Views: map[string]*httpapi.Handler{
			"public": httpapi.Healthcheck(c, httpapi.Options{}),
		}})
		for range 2 { // The second time what was rendered for others is at hand.
			for _, q := range []struct {
				target, header string
				shown          bool
			}{
				{"/?verbose", "yes", true},
				{"/?verbose", "", false},
				{"/?verbose=1&check=shop", "yes", true},
				{"/?verbose=1&check=shop", "", false},
				{"/", "yes", false},
				{"/?verbose&format=text", "yes", false},
				{"/?verbose&format=health%2Bjson", "yes", false},
				{"/?verbose&format=nagios", "yes", false},
				{"/?verbose&view=public", "yes", false},
			} {
				body := get(t, h, q.target, "X-Trusted", q.header).body
				if strings.Contains(body, "192.0.2.1") != q.shown || strings.Contains(body, "evidence") != q.shown {
					t.Errorf("%s, trusted %q: evidence is shown: %v, want %v:\n%s", q.target, q.header, !q.shown, q.shown, body)
				}
			}
		}
		for name, o := range map[string]httpapi.Options{
			"HideOutput": {Trusted: sees, HideOutput: true}, "no Trusted": {},
		} {
			if body := get(t, httpapi.Healthcheck(c, o), "/?verbose", "X-Trusted", "yes").body; strings.Contains(body, "evidence") {
				t.Errorf("%s: evidence is shown: %s", name, body)
			}
		}
		var without struct{ httpapi.Reporter }
		without.Reporter = c
		if body := get(t, httpapi.Healthcheck(without, httpapi.Options{Trusted: sees}), "/?verbose", "X-Trusted", "yes").body; strings.Contains(body, "evidence") {
			t.Errorf("a Reporter without evidence: %s", body)
		}
	})
}

func TestEvidenceInJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := failing(t)
		h := httpapi.Healthcheck(c, httpapi.Options{Trusted: sees})
		body := get(t, h, "/?verbose", "X-Trusted", "yes").body
		const want = `"evidence": {"last": {"timestamp": 946684800.002, "response_time": 0.002, "reason": "status", "output": "status 503, want 200 to 299", ` +
			`"phases": [{"name": "resolving", "peer": "shop.example.org", "seconds": 0.002}, {"name": "connecting", "peer": "shop.example.org:443", "seconds": 0.0}, {"name": "retrying", "seconds": 0.0}], ` +
			`"attempts": [{"address": "[2001:db8::1]:443", "error": "no route to host"}, {"address": "192.0.2.1:443"}], ` +
			`"tls": {"version": "TLS 1.3", "chain": [{"subject": "CN=shop", "names": ["shop.example.org"], "not_after": 946814400.002, "days_left": 1}]}, ` +
			`"reply": {"status": 503, "begins": "so <sorry>"}, "exit": {"code": 2, "stderr": "n\u00e9"}, "notes": [{"name": "node", "text": "3"}]}}}`
		if !strings.Contains(body, want) {
			t.Errorf("body is\n%s\nwant in it\n%s", body, want)
		}
		time.Sleep(time.Minute)
		body = get(t, h, "/?verbose", "X-Trusted", "yes").body
		var answer struct {
			Results []struct {
				Evidence map[string]struct{ Timestamp float64 }
			}
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		evidence := answer.Results[0].Evidence
		if len(evidence) != 2 || evidence["first"].Timestamp >= evidence["last"].Timestamp {
			t.Errorf("evidence of %v, want that of the first failure and of a later one", evidence)
		}
		if _, err := httpapi.Decode([]byte(body)); err != nil {
			t.Errorf("Decode: %v", err)
		}
		last, _ := c.Evidence("shop")
		decoded := httpapi.DecodeEvidence([]byte(body))
		if got := decoded["shop"]; len(decoded) != 1 || got == nil || !reflect.DeepEqual(got.Lines(), last.Lines()) ||
			got.Time.Sub(last.Time).Abs() > time.Microsecond || got.Duration != last.Duration || got.Reason != last.Reason || got.Output != last.Output {
			t.Errorf("DecodeEvidence() = %+v, want %+v", got, last)
		}
		for _, other := range []string{"", "{}", get(t, h, "/?verbose").body} {
			if got := httpapi.DecodeEvidence([]byte(other)); len(got) != 0 {
				t.Errorf("DecodeEvidence(%q) = %v, want none", other, got)
			}
		}
	})
}

// Whatever a run records, its evidence is at most 2 KiB of JSON.
func TestEvidenceIsSmall(t *testing.T) {
	for name, text := range map[string]string{
		"letters": strings.Repeat("abc ", 300), "quotes": strings.Repeat(`"\`, 600), "accents": strings.Repeat("é", 600),
		"clefs": strings.Repeat("𝄞", 300), "bytes": strings.Repeat("\xff\x00", 600), "lines": strings.Repeat("\n\t", 600),
	} {
		for _, n := range []int{1, 3, 20} { // Few things are shown whole, of many some are dropped.
			c, err := collector.New(collector.Options{}, checks.Check{Name: "x", Func: func(ctx context.Context) (string, error) {
				trace := checks.TraceOf(ctx)
				var chain []*x509.Certificate
				for i := range n {
					item := fmt.Sprint(i, " ", text)
					trace.Phase(item, item)
					trace.Tried(item, errors.New(item))
					trace.Note(item, item)
					chain = append(chain, &x509.Certificate{Subject: pkix.Name{CommonName: item}, DNSNames: []string{item, item, item}})
				}
				trace.Secured(0x304, chain)
				trace.Replied(200, text)
				trace.Exited(200, text)
				return "", errors.New(text)
			}})
			if err != nil {
				t.Fatal(err)
			}
			body := get(t, httpapi.Healthcheck(c, httpapi.Options{Trusted: sees}), "/?verbose", "X-Trusted", "yes").body
			var answer struct {
				Results []struct {
					Evidence struct{ Last json.RawMessage }
				}
			}
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Fatalf("%s: %v: %s", name, err, body)
			}
			last := string(answer.Results[0].Evidence.Last)
			t.Logf("%d %s: %d bytes", n, name, len(last))
			if len(last) > 2<<10 || !strings.Contains(last, `"phases"`) || !strings.Contains(last, `"reply"`) {
				t.Errorf("%d %s: %d bytes, want at most 2048 with the phases and the reply: %s", n, name, len(last), last)
			}
		}
	}
}

func TestAccessAllowsWhatGuardLetsThrough(t *testing.T) {
	for _, access := range []httpapi.Access{{}, {AllowRemote: true}, {Authenticated: sees}} {
		for _, remote := range []string{"127.0.0.1:1", "192.0.2.1:1"} {
			for _, header := range []string{"", "yes"} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)
				if err != nil {
					t.Fatal(err)
				}
				r.RemoteAddr = remote
				r.Header.Set("X-Trusted", header)
				passed := false
				w := do(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					httpapi.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true }), access).ServeHTTP(w, r)
				}), http.MethodGet, "/")
				if access.Allows(r) != passed || passed != (remote[0] == '1' && remote[1] == '2' || access.AllowRemote || access.Authenticated != nil && header != "") {
					t.Errorf("%+v from %s with %q: Allows = %v, Guard passed it on: %v (%d)", access, remote, header, access.Allows(r), passed, w.Code)
				}
			}
		}
	}
}

func TestEveryMemberOfEvidenceIsDocumented(t *testing.T) {
	document, err := os.ReadFile("../docs/http.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(document), "\n### Evidence\n")
	section, _, _ = strings.Cut(section, "\n## ")
	body := get(t, httpapi.Healthcheck(failing(t), httpapi.Options{Trusted: sees}), "/?verbose", "X-Trusted", "yes").body
	_, evidence, _ := strings.Cut(body, `"evidence": {`)
	members := regexp.MustCompile(`"([a-z_]+)": `).FindAllStringSubmatch(evidence, -1)
	for _, m := range members {
		if !strings.Contains(section, "`"+m[1]+"`") && !strings.Contains(section, `"`+m[1]+`"`) {
			t.Errorf("docs/http.md does not mention the member %q", m[1])
		}
	}
	if len(members) < 20 {
		t.Errorf("%d members in %s", len(members), evidence)
	}
}
