package httpapi_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// pageReport has a check of every kind.
func pageReport() collector.Report {
	now := time.Unix(1795335664, 0)
	down := failed("db", "connecting to 192.0.2.1:5432: connection refused")
	down.Reason, down.Tags, down.Runbook, down.Description = checks.ReasonRefused, []string{"ready"}, "https://wiki.example.org/db", "the orders"
	api, app := failed("api", "skipped: db fails"), failed("app", "skipped: db fails")
	for _, r := range []*collector.Result{api, app} {
		r.State, r.Reason, r.Cause = collector.StateSkipped, checks.ReasonSkipped, []string{"db"}
	}
	search := failed("search", "no answer")
	search.Optional = true
	warned := passed("disk")
	warned.Output, warned.Warning = "86 % used", "86 % used, warns at 85 %"
	flapping := failed("mail", "no answer")
	flapping.State, flapping.Opposite, flapping.Threshold = collector.StatePassed, 3, 20
	return collector.Report{Status: collector.StatusFailed, Time: now, Version: 1,
		Results: []*collector.Result{passed("redis"), warned, api, down, search, app, flapping}}
}

func TestThePageShowsFirstWhatNeedsAttention(t *testing.T) {
	f := &fake{report: pageReport()}
	o := httpapi.PageOptions{
		Links: []httpapi.Link{{Path: "/metrics", Text: "for Prometheus"}}, Footer: []string{"version 1.2"},
		Started: time.Unix(1795335664-3*3600, 0), Banners: func() []string { return []string{"the reload failed: <line 3>"} },
	}
	res := get(t, httpapi.Page(f, o), "/")
	for _, want := range []string{
		"<!DOCTYPE html>", "<title>1 fail · ", "2 of 7 fail (1 optional), 2 wait, 1 warns", `Takes this instance out:</b> <a href="checks/db">db</a></p>`, `Only degrades:</b> <a href="checks/disk">disk</a>, <a href="checks/search">search</a>`,
		"db fails; 2 checks wait for it", "connection refused", "<li>reason refused</li><li>took 312µs</li><li>checked 1s ago, next in 8s</li>", `<ul class="chips"><li>ready</li></ul>`, "the orders", "failed 3 of 20, still passed",
		`<a href="https://wiki.example.org/db" rel="noreferrer">runbook</a>`, "86 % used, warns at 85 %", `for <time datetime="2026-11-22T07:21:03Z">1h</time>`,
		`<a href="/metrics">for Prometheus</a>`, "version 1.2 · up 3h", "the reload failed: &lt;line 3&gt;", `<time id="now" datetime="2026-11-22T08:21:04Z">08:21:04 UTC</time>`,
		`href="checks/db"`, `aria-live="polite"`,
	} {
		if want == "<title>1 fail · " || strings.HasPrefix(want, "2 of 7") { // Two have failed: db and search.
			want = strings.NewReplacer("1 fail", "2 fail").Replace(want)
		}
		if !strings.Contains(res.body, want) {
			t.Errorf("%q is not on the page:\n%s", want, res.body)
		}
	}
	order := []string{"Failed: 1", ">db<", ">api<", ">app<", "Degraded: 2", ">disk<", ">search<", "Passed: 2", ">redis<", ">mail<"}
	at := 0
	for _, word := range order {
		i := strings.Index(res.body[at:], word)
		if i < 0 {
			t.Fatalf("%s is missing, or not in the order %v:\n%s", word, order, res.body)
		}
		at += i
	}
	if strings.Count(res.body, "86 % used") != 1 {
		t.Errorf("a warning is printed twice: %s", res.body)
	}
}

func TestThePolicyOfThePageIsStrict(t *testing.T) {
	f := &fake{report: pageReport()}
	evil := failed("evil", `<script>alert("x")</script>`)
	evil.Runbook, evil.Description = "javascript:alert(1)", `" onclick="x`
	f.report.Results = append(f.report.Results, evil)
	f.report.Draining = "deploy <b>"
	routes := httpapi.Routes(map[string]http.Handler{
		"/": httpapi.Page(f, httpapi.PageOptions{}), "/checks/": httpapi.CheckPage(f, "/checks", httpapi.PageOptions{}),
	})
	for _, path := range []string{"/", "/checks/evil", `/?q=%22%3E%3Cscript%3E`} {
		res := get(t, routes, path)
		if res.Code != 200 || res.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(res.body, "deploy &lt;b&gt;") {
			t.Errorf("%s: %d %s:\n%s", path, res.Code, res.Header().Get("Content-Type"), res.body)
		}
		for _, forbidden := range []string{`href="javascript:`, " style=", " src=", ` onclick="`, "<script>alert", "http-equiv", "<b>", "<link"} {
			if strings.Contains(res.body, forbidden) {
				t.Errorf("%s: %q is on the page:\n%s", path, forbidden, res.body)
			}
		}
		if n := strings.Count(res.body, "<script"); n != 1 {
			t.Errorf("%s: %d scripts, want 1", path, n)
		}
		policy := res.Header().Get("Content-Security-Policy")
		for _, element := range []string{"style", "script"} {
			_, content, _ := strings.Cut(res.body, "<"+element+">")
			content, _, _ = strings.Cut(content, "</"+element+">")
			hash := sha256.Sum256([]byte(content))
			if want := element + "-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"; !strings.Contains(policy, want) || len(content) < 500 {
				t.Errorf("%s: policy %q, want %q", path, policy, want)
			}
		}
		if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if head := do(t, routes, http.MethodHead, path); head.body != "" || head.Header().Get("Content-Length") != res.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %q, Content-Length %s", path, head.body, head.Header().Get("Content-Length"))
		}
		if res := do(t, routes, "POST", path); res.Code != 405 {
			t.Errorf("POST %s: %d", path, res.Code)
		}
	}
}

func TestTheFilterIsInTheURL(t *testing.T) {
	f := &fake{report: pageReport()}
	h := httpapi.Page(f, httpapi.PageOptions{})
	listed := regexp.MustCompile(`href="checks/([^"]+)"`)
	for query, want := range map[string]string{
		"?state=failed": "db search", "?state=warning": "disk", "?state=skipped": "api app", "?state=passed": "redis mail",
		"?tag=ready": "db", "?q=REFUSED": "db", "?q=orders": "db", "?q=nothing": "", "?q=answer&state=passed": "mail",
	} {
		body := get(t, h, "/"+query).body
		var got []string
		for _, m := range listed.FindAllStringSubmatch(belowTheSummary(body), -1) {
			got = append(got, m[1])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
		if want == "" && !strings.Contains(body, "No check matches the filter.") {
			t.Errorf("%s: %s", query, body)
		}
		if !strings.Contains(body, "2 of 7 fail") || !strings.Contains(body, `<a href="?">show all</a>`) {
			t.Errorf("%s: the summary is that of all checks, with a way back: %s", query, body)
		}
	}
	if body := get(t, h, "/?state=failed&tag=ready&q=a%22b").body; !strings.Contains(body, `value="a&#34;b"`) || !strings.Contains(body, "<option selected>failed") || !strings.Contains(body, "<option selected>ready") {
		t.Errorf("the form does not show the filter: %s", body)
	}
}

func TestAThousandChecksAreUnder300KB(t *testing.T) {
	const limit = 300_000
	for _, failing := range []int{0, 10, 300, 1000} {
		f := &scene{fake: fake{report: collector.Report{Status: collector.StatusPassed, Time: time.Unix(1795335664, 0)}}, runs: map[string][]collector.Run{}, definitions: map[string]checks.Check{}}
		for i := range 1000 {
			name := fmt.Sprintf("shop-service-%04d", i)
			r := passed(name)
			r.Output = "status 200, 48 bytes in 12 ms from " + name
			if i < failing {
				r = failed(name, "connecting to 192.0.2.17:8080: connection refused")
				r.Reason, r.Runbook = checks.ReasonRefused, "https://wiki.example.org/runbooks/shop-service"
			}
			r.Tags = []string{"ready", "shop"}
			f.definitions[name] = checks.Check{ByHand: []string{"curl", "-v", "--location", "http://" + name + ".shop.example.org:8080/health/ready?verbose=1"}}
			for n := range 128 { // Alternating: the longest path.
				f.runs[name] = append(f.runs[name], collector.Run{Reason: []checks.Reason{"", checks.ReasonRefused}[n%2]})
			}
			f.report.Results = append(f.report.Results, r)
		}
		body := get(t, httpapi.Page(f, httpapi.PageOptions{Footer: []string{"version 1.2"}}), "/").body
		if n := strings.Count(belowTheSummary(body), `href="checks/`); len(body) > limit || n != 1000 {
			t.Errorf("%d failing: %d bytes, %d checks, want at most %d bytes", failing, len(body), n, limit)
		}
		collapsed := strings.Contains(body, fmt.Sprintf(`<details id="passed"><summary><h2>Passed: %d</h2></summary>`, 1000-failing))
		if collapsed != (failing < 1000) {
			t.Errorf("%d failing: passed checks collapsed: %t", failing, collapsed)
		}
		t.Logf("%d failing: %d bytes", failing, len(body))
	}
}

// belowTheSummary returns the part of the page that lists checks.
func belowTheSummary(body string) string {
	_, body, _ = strings.Cut(body, `<div id="checks">`)
	return body
}

func TestTheTitleSaysHowItIs(t *testing.T) {
	for want, change := range map[string]func(*collector.Report){
		"2 fail · ":  func(*collector.Report) {},
		"drained · ": func(r *collector.Report) { r.Draining = "deploy" },
		"passed · ":  func(r *collector.Report) { *r = collector.Report{Status: collector.StatusPassed} },
		"starting · ": func(r *collector.Report) {
			r.Results = r.Results[:1]
			waits := *r.Results[0]
			waits.State, waits.Passed, waits.Since = collector.StateUnknown, false, time.Time{}
			r.Results[0] = &waits
		},
		"failed · ": func(r *collector.Report) { // Not starting: its last result has expired.
			late := *r.Results[0]
			late.State, late.Passed = collector.StateUnknown, false
			r.Results = []*collector.Result{&late}
		},
		"degraded · ": func(r *collector.Report) { r.Status, r.Results = collector.StatusDegraded, r.Results[:2] },
	} {
		f := &fake{report: pageReport()}
		change(&f.report)
		if body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body; !strings.Contains(body, "<title>"+want) {
			t.Errorf("no title %s: %s", want, body)
		}
	}
	f := &fake{}
	if body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body; !strings.Contains(body, "There are no checks.") {
		t.Errorf("without checks: %s", body)
	}
	if res := get(t, httpapi.Page(broken{}, httpapi.PageOptions{}), "/"); res.Code != 500 {
		t.Errorf("broken: %d", res.Code)
	}
}

func TestAPageOfOneCheck(t *testing.T) {
	f := &fake{report: pageReport()}
	f.report.Results = append(f.report.Results, rich())
	h := httpapi.CheckPage(f, "/checks", httpapi.PageOptions{Links: []httpapi.Link{{Path: "metrics", Text: "metrics"}}})
	for path, wants := range map[string][]string{
		"/checks/db": {"<title>failed · db · ", "connection refused", "<li>reason refused</li>", "https://wiki.example.org/db", "avg_over_time(healthcheck_state{check=&#34;db&#34;}[30d])",
			`href="../metrics"`, `href="../healthcheck/db?verbose"`, `<a href="../">`, "checked 1s ago, next in 8s"},
		"/checks/api":       {`<a href="./db">db</a>: connecting to 192.0.2.1:5432: connection refused</p>`},
		"/checks/mail":      {"<li>failed 3 of 20, still passed</li>"},
		"/checks/search":    {"<dt>optional</dt>"},
		"/checks/disk:root": {"<td>used_ratio</td><td>86.0%</td>", "what it measures", "healthcheck_value{check="},
	} {
		res := get(t, h, path)
		for _, want := range wants {
			if res.Code != 200 || !strings.Contains(res.body, want) {
				t.Errorf("%s: %d, no %q:\n%s", path, res.Code, want, res.body)
			}
		}
	}
	for _, path := range []string{"/checks/typo", "/checks/", "/checks", "/other", "/checks/db/x"} {
		if res := get(t, h, path); res.Code != 404 {
			t.Errorf("%s: %d, want 404", path, res.Code)
		}
	}
}

func TestABrowserGetsAPageForAnUnknownCheck(t *testing.T) {
	h := httpapi.CheckPage(&fake{report: pageReport()}, "/checks", httpapi.PageOptions{Links: []httpapi.Link{{Path: "metrics", Text: "metrics"}}})
	const firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	res := get(t, h, "/checks/%3Ci%3Etypo", "Accept", firefox)
	for _, want := range []string{"There is no check “&lt;i&gt;typo”", `<a href="../">`, `href="../metrics"`} {
		if res.Code != 404 || res.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(res.body, want) {
			t.Errorf("%d %v, want 404 and %s in\n%s", res.Code, res.Header(), want, res.body)
		}
	}
	if strings.Contains(res.body, "<script>") {
		t.Error("the page refreshes itself, but no answer would replace it")
	}
	for _, accept := range []string{"*/*", "application/json", "text/plain"} {
		res := get(t, h, "/checks/typo", "Accept", accept)
		if want := `{"error": "unknown check \"typo\""}`; res.Code != 404 || res.body != want {
			t.Errorf("Accept: %s: %d %s, want 404 and %s", accept, res.Code, res.body, want)
		}
	}
}
