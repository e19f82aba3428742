package httpapi_test

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// rich is a result with everything.
func rich() *collector.Result {
	r := passed("disk:root")
	r.State = collector.StateFailed // Its thresholds have not seen enough passes.
	r.Warning, r.Optional, r.Tags = "86 % used", true, []string{"ready", "héllo"}
	r.Values = []collector.Value{{Name: "used_ratio", Value: 0.86}, {Name: "inf", Value: math.Inf(1)}, {Name: "count", Value: 3}}
	r.Description, r.Runbook = "the root disk", "https://wiki.example.org/disk"
	return r
}

func TestWhatPythonHasNotFollowsInOrderWhereItAddsSomething(t *testing.T) {
	timeout := failed("db", "no answer")
	timeout.Reason, timeout.LastSuccess = checks.ReasonTimeout, time.Time{}
	skipped := failed("api", "skipped: db fails")
	skipped.Reason, skipped.State, skipped.Cause = checks.ReasonSkipped, collector.StateSkipped, []string{"db"}
	unknown := failed("slow", "not checked yet")
	unknown.Reason, unknown.State, unknown.Since = checks.ReasonInternal, collector.StateUnknown, time.Time{}
	flapping := failed("flap", "once")
	flapping.State = collector.StatePassed
	f := &fake{report: collector.Report{
		Status: collector.StatusDegraded, Time: time.Unix(1795335664, 0),
		Results: []*collector.Result{rich(), timeout, skipped, unknown, flapping},
	}}
	h := httpapi.Healthcheck(f, httpapi.Options{Hostname: "h", Sections: []httpapi.Section{{Name: "s", Value: 1}}})
	const six = `"timestamp": 1795335663.031951, "expires": 1795335672.031951, "response_time": 0.000312`
	want := `{"hostname": "h", "status": "success", "timestamp": 1795335664.0, "results": [` + strings.Join([]string{
		`{"checker": "disk:root", "output": "disk:root ok", "passed": true, "timestamp": 1795335663.031951, "expires": 1795335690.031951, "response_time": 0.000312, ` +
			`"state": "failed", "warning": "86 % used", "optional": true@}`,
		`{"checker": "db", "output": "no answer", "passed": false, ` + six + `@}`,
		`{"checker": "api", "output": "skipped: db fails", "passed": false, ` + six + `, "state": "skipped", "cause": ["db"]@}`,
		`{"checker": "slow", "output": "not checked yet", "passed": false, ` + six + `, "state": "unknown"@}`,
		`{"checker": "flap", "output": "once", "passed": false, ` + six + `, "state": "passed"@}`,
	}, ", ") + `], "degraded": true, "s": 1}`
	if got := get(t, h, "/healthcheck").body; got != strings.ReplaceAll(want, "@", "") {
		t.Errorf("body is\n%s\nwant\n%s", got, strings.ReplaceAll(want, "@", ""))
	}
	for _, verbose := range []string{
		`, "tags": ["ready", "h\u00e9llo"], "values": {"used_ratio": 0.86, "inf": null, "count": 3.0}, "since": 1795332063.031951, "last_success": 1795335663.031951, "description": "the root disk", "runbook": "https://wiki.example.org/disk"`,
		`, "reason": "timeout", "since": 1795332063.031951`,
		`, "reason": "skipped", "since": 1795332063.031951, "last_success": 1795335663.031951`,
		`, "reason": "internal", "last_success": 1795335663.031951`,
		`, "reason": "error", "since": 1795332063.031951, "last_success": 1795335663.031951`,
	} {
		want = strings.Replace(want, "@", verbose, 1)
	}
	for _, path := range []string{"/healthcheck?verbose", "/healthcheck?verbose=1&format=json"} {
		if got := get(t, h, path).body; got != want {
			t.Errorf("%s: body is\n%s\nwant\n%s", path, got, want)
		}
	}
}

func TestTextHasALineForEachCheckAndOneForTheWhole(t *testing.T) {
	optional := failed("search", "connection refused")
	optional.Optional = true
	warned := passed("disk")
	warned.Warning = "86 % used"
	once, longer := passed("once"), passed("longer")
	once.Output, once.Warning = "87 % used", "87 % used"
	longer.Output, longer.Warning = "88 % used", "88 % used, warns at 85 %"
	flapping := failed("flap", "no\nanswer")
	flapping.State, flapping.Opposite, flapping.Threshold = collector.StatePassed, 3, 20
	back := passed("back")
	back.State, back.Opposite, back.Threshold = collector.StateFailed, 1, 2
	quiet := passed("quiet")
	quiet.Output = ""
	f := &fake{report: collector.Report{
		Status:  collector.StatusDegraded,
		Results: []*collector.Result{passed("redis"), optional, warned, once, longer, flapping, back, quiet, failed("db", "no answer")},
	}}
	want := "[+] redis: redis ok\n[-] search: connection refused (optional)\n[!] disk: disk ok (warning: 86 % used)\n[!] once: 87 % used\n[!] longer: 88 % used, warns at 85 %\n[+] flap: no\\nanswer (failed 3 of 20, still passed)\n[-] back: back ok (passed 1 of 2, still failed)\n[+] quiet: passed\n[-] db: no answer\nhealthcheck: degraded\n"
	h := httpapi.Healthcheck(f, httpapi.Options{})
	res := get(t, h, "/healthcheck?format=text")
	if res.body != want || res.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%s\n%s", res.Header().Get("Content-Type"), res.body)
	}
	f.report.Draining, f.report.Status = "deploy", collector.StatusFailed
	if got := get(t, h, "/healthcheck?format=text").body; !strings.HasSuffix(got, "\nhealthcheck: failed (draining: deploy)\n") {
		t.Errorf("drained: %s", got)
	}
}

func TestHealthJSONFollowsTheDraft(t *testing.T) {
	redis, warned := passed("redis"), passed("disk")
	redis.Type, warned.Type = "redis", "disk"
	warned.Warning, warned.Values = "86 % used", []collector.Value{{Name: "used_ratio", Value: 0.86}}
	down := failed("db", "no answer")
	down.Runbook = "https://wiki.example.org/db"
	f := &fake{report: collector.Report{Status: collector.StatusFailed, Draining: "deploy", Results: []*collector.Result{redis, warned, down}}}
	want := `{"status": "fail", "version": "1.2", "serviceId": "shop", "output": "draining: deploy", "checks": {` +
		`"redis:responseTime": [{"componentType": "datastore", "observedValue": 0.000312, "observedUnit": "s", "status": "pass", "time": "2026-11-22T08:21:03.031951Z"}], ` +
		`"disk:responseTime": [{"componentType": "system", "observedValue": 0.000312, "observedUnit": "s", "status": "warn", "time": "2026-11-22T08:21:03.031951Z", "output": "86 % used", "values": {"used_ratio": 0.86}}], ` +
		`"db:responseTime": [{"observedValue": 0.000312, "observedUnit": "s", "status": "fail", "time": "2026-11-22T08:21:03.031951Z", "output": "no answer", "links": {"runbook": "https://wiki.example.org/db"}}]}}`
	h := httpapi.Healthcheck(f, httpapi.Options{ServiceID: "shop", Version: "1.2"})
	res := get(t, h, "/healthcheck", "Accept", "application/health+json")
	if res.body != want || res.Header().Get("Content-Type") != "application/health+json" {
		t.Errorf("%s\n%s\nwant\n%s", res.Header().Get("Content-Type"), res.body, want)
	}
	f.report = collector.Report{Status: collector.StatusPassed}
	if got := get(t, h, "/healthcheck?format=health+json").body; got != `{"status": "pass", "version": "1.2", "serviceId": "shop", "checks": {}}` {
		t.Errorf("without checks: %s", got)
	}
}

func TestTheFormatIsWhatIsAskedForOrMostPreferred(t *testing.T) {
	const j, text, health = "application/json", "text/plain; charset=utf-8", "application/health+json"
	for _, c := range []struct {
		accept, query string
		format        httpapi.Format
		want          string
	}{
		{"", "", "", j},
		{"*/*", "", "", j},
		{"text/plain", "", "", text},
		{"TEXT/Plain; charset=utf-8", "", "", text},
		{"text/plain;q=0.9, application/health+json", "", "", health},
		{"text/plain;q=0.9, */*;q=0.8", "", "", text},
		{"text/plain;q=1, application/json", "", "", text},
		{"text/plain, */*", "", "", text},
		{"*/*, text/plain", "", "", j},
		{"application/json, text/plain, */*", "", "", j},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", "", j},
		{"text/*", "", "", j},
		{"text/plain;version=0.0.4", "", "", j},
		{"text/plain;q=0", "", "", j},
		{"text/plain;q=2", "", "", j},
		{"text/html;q=2, text/plain;q=0.5", "", "", text}, // What is not understood is as if it were not there.
		{"text/html;q=-1, text/plain;q=0.5", "", "", text},
		{"text/html;q=high, text/plain;q=0.5", "", "", text},
		{", text/plain;q=0.5", "", "", text},
		{"application/xml", "", "", j},
		{"nonsense;;;,,q=", "", "", j},
		{"text/plain", "?format=json", "", j},
		{"", "?format=text", "", text},
		{"", "?format=health%2Bjson", "", health},
		{"", "?format=health+json", "", health},
		{"", "?format=plain", "", j},
		{"", "?format=nagios", "", text},
		{"", "?format=text&format=json", "", text},
		{"", "", httpapi.FormatText, text},
		{"*/*", "", httpapi.FormatHealthJSON, health},
		{"application/json", "", httpapi.FormatText, j},
		{"", "?format=json", httpapi.FormatText, j},
	} {
		var header []string
		if c.accept != "" {
			header = []string{"Accept", c.accept}
		}
		res := get(t, httpapi.Healthcheck(plain(), httpapi.Options{Format: c.format}), "/healthcheck"+c.query, header...)
		if got := res.Header().Get("Content-Type"); got != c.want || res.Code != 500 {
			t.Errorf("Accept %q, %q, format %q: %d %s, want %s", c.accept, c.query, c.format, res.Code, got, c.want)
		}
	}
}

func TestAnAnswersOwnContentTypeIsForItsOwnFormat(t *testing.T) {
	o := httpapi.Options{Failed: httpapi.Answer{Header: map[string][]string{"Content-Type": {"application/vnd.own"}}}}
	h := httpapi.Healthcheck(plain(), o)
	for path, want := range map[string]string{"": "application/vnd.own", "?format=text": "text/plain; charset=utf-8"} {
		if got := get(t, h, "/healthcheck"+path).Header().Get("Content-Type"); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestHiddenOutputsAreInNoForm(t *testing.T) {
	f := plain()
	r := rich()
	r.Output = "told in confidence"
	r.Values = r.Values[:1] // Inf has no JSON form, and a body that fails is replaced.
	f.report.Results = append(f.report.Results, r, failed("x", "told in confidence too"))
	o := httpapi.Options{HideOutput: true}
	secrets := []string{"confidence", "86 %", "used_ratio", "redis ok", "refused", "the root disk", "wiki.example.org"}
	shown := map[string]string{} // with everything shown, for the test of the test
	hidden := map[string]string{}
	for _, path := range []string{"", "?verbose", "?format=text", "?format=health%2Bjson", "?format=plain", "?format=nagios"} {
		shown[path] = get(t, httpapi.Healthcheck(f, httpapi.Options{}), "/healthcheck"+path).body
		hidden[path] = get(t, httpapi.Healthcheck(f, o), "/healthcheck"+path).body
	}
	custom := httpapi.Answer{Body: func(rep collector.Report) ([]byte, error) {
		body, err := json.Marshal(rep.Results)
		return append([]byte("custom "), body...), err
	}}
	shown["body"] = get(t, httpapi.Healthcheck(f, httpapi.Options{Failed: custom}), "/healthcheck").body
	o.Failed = custom
	hidden["body"] = get(t, httpapi.Healthcheck(f, o), "/healthcheck").body
	for _, secret := range secrets {
		if !slices.ContainsFunc(slices.Collect(maps.Values(shown)), func(body string) bool { return strings.Contains(body, secret) }) {
			t.Errorf("no form shows %q: this test cannot fail", secret)
		}
		if !strings.Contains(shown["body"], secret) {
			t.Errorf("a custom body does not show %q: this test cannot fail: %s", secret, shown["body"])
		}
		for path, body := range hidden {
			if strings.Contains(body, secret) {
				t.Errorf("%s: %q is shown:\n%s", path, secret, body)
			}
		}
	}
	if !strings.HasPrefix(hidden["body"], `custom [{"Check":"redis"`) {
		t.Errorf("the custom body is %s", hidden["body"])
	}
	for path, kept := range map[string]string{"": `"output": ""`, "?format=text": "[+] redis: passed\n[-] db: failed\n"} {
		if !strings.Contains(hidden[path], kept) {
			t.Errorf("%s: %q is not shown:\n%s", path, kept, hidden[path])
		}
	}
	if f.report.Results[2].Output == "" {
		t.Error("the report itself was changed")
	}
}
