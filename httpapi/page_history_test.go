package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestACheckThatHasNotPassedShowsItsLastRuns(t *testing.T) {
	body := get(t, httpapi.Page(nineChecks(), sceneOptions()), "/").body
	for _, want := range []string{
		`<rect y="2" width="90" height="2"/><path d="M12 0h1v4h-1zM31 0h2v4h-2zM75 0h15v4h-15z"/></svg>` + "\n<span>18 of the last 90 runs failed, the last 15 in a row</span>",
		"checked 4s ago, next in 5s", "last passed 5m ago", "failed 3 of 20, still passed",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if n := strings.Count(body, `<svg class="strip"`); n != 3 { // postgres, search and disk, but no passed check.
		t.Errorf("%d strips, want 3", n)
	}
}

func TestThePageOfACheckTellsItsHistory(t *testing.T) {
	body := get(t, httpapi.CheckPage(nineChecks(), "/checks", sceneOptions()), "/checks/postgres").body
	for _, want := range []string{
		"<h2>Last 90 runs</h2>", "<title>durations of the last 90 runs: median 1.1ms, slowest 5s, timeout 5s</title>", ">timeout 5s</text>", ">100ms</text>",
		`<time datetime="2026-11-21T01:12:44Z" data-utc>2026-11-21 01:12:44 UTC</time>`, "no reply within 5s <span class=\"dim\">(timeout)</span>", ">2m</td>", ">5m so far</td>",
		`<dt>depends on</dt><dd><a href="./disk">disk</a>&nbsp;<span class="warn">warning</span></dd>`,
		`<dt>needed by</dt><dd><a href="./orders">orders</a>&nbsp;<span class="wait">skipped</span>, <a href="./checkout">checkout</a>`,
		"40s</time> before: the configuration was reloaded <span class=\"dim\">(checks.postgres.dsn, checks.mail.failure_threshold)</span>",
		`action="/-/run/postgres"`, "dsn: &#34;postgres://shop:********@10.0.4.17/shop&#34;",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if newest, oldest := strings.Index(body, "03:07:44 UTC"), strings.Index(body, "01:12:44 UTC"); newest > oldest {
		t.Error("the changes are not newest first")
	}
}

func TestThePageOfACheckWithoutHistoryIsShort(t *testing.T) {
	f := &fake{report: pageReport()}
	body := get(t, httpapi.CheckPage(f, "/checks", httpapi.PageOptions{}), "/checks/db").body
	for _, absent := range []string{"<svg", "Changes of state", "What changed before it", "Settings", "Run now", "Evidence", "what it measures"} {
		if strings.Contains(belowTheStyle(body), absent) {
			t.Errorf("%q is shown:\n%s", absent, body)
		}
	}
}

func belowTheStyle(body string) string {
	_, body, _ = strings.Cut(body, "</style>")
	return body
}

func TestOnlyEventsCloseToAFailureExplainIt(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	since := s.report.Results[0].Since
	events := map[string]time.Time{
		"long ago": since.Add(-61 * time.Minute), "an hour ago": since.Add(-59 * time.Minute), "just before": since.Add(-time.Second),
		"with it": since, "the reload that added it": since.Add(9 * time.Second), "much later": since.Add(11 * time.Second),
	}
	o.Events = func() (all []httpapi.Event) {
		for text, at := range events {
			all = append(all, httpapi.Event{Time: at, Text: text})
		}
		return all
	}
	body := get(t, httpapi.CheckPage(s, "/checks", o), "/checks/postgres").body
	at := 0
	for _, want := range []string{"9s</time> after: the reload that added it", "0s</time> before: with it", "1s</time> before: just before", "59m</time> before: an hour ago"} {
		i := strings.Index(body[at:], want)
		if i < 0 {
			t.Fatalf("no %q after the events before it in\n%s", want, body)
		}
		at += i
	}
	for _, absent := range []string{"long ago", "much later"} {
		if strings.Contains(body, absent) {
			t.Errorf("%q is shown", absent)
		}
	}
	events = nil
	if body := get(t, httpapi.Page(s, o), "/").body; !strings.Contains(body, "Nothing in the hour before") {
		t.Errorf("without events: %s", body)
	}
	if body := get(t, httpapi.CheckPage(s, "/checks", o), "/checks/redis").body; strings.Contains(body, "What changed") {
		t.Error("a passed check has no failure to explain")
	}
}

func TestWhatChangedStandsBesideTheFirstFailure(t *testing.T) {
	s := nineChecks()
	body := get(t, httpapi.Page(s, sceneOptions()), "/").body
	card := strings.Index(body, `id="c:postgres"`) // search has failed for longer, but takes no instance out.
	next := strings.Index(body, `id="c:search"`)
	at := strings.Index(body, "What changed before it")
	if at < card || at > next || strings.Count(body, "What changed before it") != 1 {
		t.Errorf("at %d, want between %d and %d, once", at, card, next)
	}
}

func TestOnlyTrustedRequestsSeeWhatIsForOperators(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	secrets := map[string][]string{"/": {"Who asks", "Prometheus/3.5.0"}, "/checks/postgres": {"<h2>Settings</h2>", "postgres://shop"}}
	o.Trusted = func(r *http.Request) bool { return r.Header.Get("X-Trusted") != "" }
	routes := httpapi.Routes(map[string]http.Handler{"/": httpapi.Page(s, o), "/checks/": httpapi.CheckPage(s, "/checks", o)})
	for path, words := range secrets {
		for _, word := range words {
			if body := get(t, routes, path, "X-Trusted", "yes").body; !strings.Contains(body, word) {
				t.Errorf("%s: trusted: no %q", path, word)
			}
			if body := get(t, routes, path).body; strings.Contains(body, word) {
				t.Errorf("%s: not trusted: %q is shown", path, word)
			}
		}
	}
	o.RunNow = func(*http.Request) string { return "" }
	if body := get(t, httpapi.CheckPage(s, "/checks", o), "/checks/postgres").body; strings.Contains(body, "Run now") {
		t.Error("the button is shown to a request that may not run the check")
	}
}

func TestQueriesLinkToPrometheus(t *testing.T) {
	o := sceneOptions()
	if body := get(t, httpapi.Page(nineChecks(), o), "/").body; !strings.Contains(body, "<dd><code>healthcheck_healthy == 0</code></dd>") {
		t.Errorf("without an address: %s", body)
	}
	o.PrometheusURL = "https://prometheus.example.org/p/"
	want := `<a href="https://prometheus.example.org/p/graph?g0.expr=healthcheck_healthy&#43;%3D%3D&#43;0&amp;g0.tab=1" rel="noreferrer"><code>healthcheck_healthy == 0</code></a>`
	if body := get(t, httpapi.Page(nineChecks(), o), "/").body; !strings.Contains(body, want) {
		t.Errorf("no %s in\n%s", want, body)
	}
}

// Whatever a check, an operator, a client or a file says comes out as text.
func TestHostileTextsStayTexts(t *testing.T) {
	for _, hostile := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</style><script>alert(1)</script>`, `javascript:alert(1)`,
		`{{template "head" .}}`, `]]><svg/onload=alert(1)>`, "\u202e\u2028<b>", "a\x00<b>b", `&lt;script&gt;`, `<!--`, `</title><script>alert(1)</script>`, `</textarea></select><b>`,
	} {
		s, o := nineChecks(), sceneOptions()
		r := s.report.Results[0]
		r.Output, r.Warning, r.Description, r.Runbook, r.Reason = hostile, hostile, hostile, hostile, "refused"
		r.Tags, r.Labels, r.Type, r.Severity = []string{hostile}, map[string]string{"team": hostile}, hostile, "critical"
		r.Values = []collector.Value{{Name: hostile, Value: 1}}
		r.Muted = &collector.Mute{Reason: hostile, By: hostile}
		s.report.Draining, s.report.DrainingBy = hostile, hostile
		s.definitions[r.Check] = checks.Check{Name: r.Check, ByHand: []string{"curl", hostile}, DependsOn: []string{hostile}, Limits: []checks.Limit{{Name: hostile, Warn: hostile, Fail: hostile}}}
		s.last[r.Check] = &checks.Evidence{Time: sceneTime(), Output: hostile, Phases: []checks.Phase{{Name: hostile, Peer: hostile}}, Notes: []checks.Note{{Name: hostile, Text: hostile}},
			Reply: &checks.Reply{Begins: hostile}, Exit: &checks.Exit{Stderr: hostile}, Attempts: []checks.Attempt{{Address: hostile, Error: hostile}}}
		s.transitions[r.Check] = []collector.Transition{{State: collector.State(hostile), Output: hostile, Time: sceneTime()}}
		o.Banners = func() []string { return []string{hostile} }
		o.Footer, o.Links = []string{hostile}, []httpapi.Link{{Path: "/", Text: hostile}}
		o.Events = func() []httpapi.Event {
			return []httpapi.Event{{Time: r.Since, Text: hostile, Keys: []string{hostile}}}
		}
		o.Pollers = func() []httpapi.Poller {
			return []httpapi.Poller{{Agent: hostile, From: hostile, Handler: hostile, Code: 200, Asked: sceneTime()}}
		}
		o.Settings = func(string) string { return hostile }
		o.RunNow = func(*http.Request) string { return hostile }
		routes := httpapi.Routes(map[string]http.Handler{"/": httpapi.Page(s, o), "/checks/": httpapi.CheckPage(s, "/checks", o)})
		plain := httpapi.Routes(map[string]http.Handler{"/": httpapi.Page(nineChecks(), sceneOptions()), "/checks/": httpapi.CheckPage(nineChecks(), "/checks", sceneOptions())})
		for _, path := range []string{"/", "/checks/postgres"} {
			res := get(t, routes, path)
			if res.Code != 200 {
				t.Fatalf("%q: %s: %d", hostile, path, res.Code)
			}
			body, usual := belowTheStyle(res.body), belowTheStyle(get(t, plain, path).body)
			for _, tag := range []string{"<script", "<img", "<b>", "<svg/", "<!--", "onerror=alert(1)>", `href="javascript:`, `action="javascript:`} {
				if got, want := strings.Count(body, tag), strings.Count(usual, tag); got > want && tag != "<b>" || tag == "<b>" && strings.Contains(body, hostile) && strings.Contains(hostile, tag) {
					t.Errorf("%q: %s: %s is markup, %d times instead of %d", hostile, path, tag, got, want)
				}
			}
		}
	}
}

func TestACheckShowsHowToRepeatItByHand(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	def := s.definitions["search"]
	def.Type, def.ByHand = "exec", []string{"/usr/lib/check it", "--password", "Tr0ub4dor3xyz", "a'b", "", "$(id)", "--plain=azAZ09"}
	s.definitions["search"] = def
	const psql = "<code>psql -h 10.0.4.17 -p 5432 -U shop -d shop -c &#39;SELECT 1&#39;</code>"
	const program = `<code>&#39;/usr/lib/check it&#39; --password &#39;********&#39; &#39;a&#39;\&#39;&#39;b&#39; &#39;&#39; &#39;$(id)&#39; --plain=azAZ09</code>`
	for _, want := range []string{psql, program} {
		if body := get(t, httpapi.Page(s, o), "/").body; !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if body := get(t, httpapi.CheckPage(s, "/checks", o), "/checks/postgres").body; !strings.Contains(body, psql) {
		t.Errorf("no %s on the page of the check", psql)
	}
	o.Trusted = nil
	body := get(t, httpapi.Page(s, o), "/").body
	if !strings.Contains(body, psql) || strings.Contains(body, "check it") {
		t.Errorf("an untrusted request sees the arguments of a program, or no command at all:\n%s", body)
	}
}

func TestThePageOfACheckShowsTheEvidenceOfFailedRuns(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	h := httpapi.CheckPage(s, "/checks", o)
	body := get(t, h, "/checks/postgres").body
	for _, want := range []string{
		"<h3>The last failed run</h3>", "<h3>The first failed run of this outage</h3>", "2026-11-22 03:07:44 UTC",
		"<dt>phases</dt><dd class=\"out\">resolving (db.example.org) 80µs\nconnecting (10.0.4.17:5432) 130µs</dd>", "<dt>tried</dt><dd class=\"out\">10.0.4.17:5432 (connection refused)</dd>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	s.first = s.last
	if body := get(t, h, "/checks/postgres").body; strings.Contains(body, "first failed run") || !strings.Contains(body, "The last failed run") {
		t.Errorf("one record is shown twice, or not at all:\n%s", body)
	}
	o.Trusted = nil
	if body := get(t, httpapi.CheckPage(s, "/checks", o), "/checks/postgres").body; strings.Contains(body, "Evidence") || strings.Contains(body, "resolving") {
		t.Errorf("an untrusted request sees evidence:\n%s", body)
	}
}

func TestObservedValuesStandBesideTheirLimits(t *testing.T) {
	body := get(t, httpapi.CheckPage(nineChecks(), "/checks", sceneOptions()), "/checks/disk").body
	for _, want := range []string{
		`<td>used_ratio</td><td>86.2%</td><td data-of="warns">from 85%</td><td data-of="fails">from 95%</td>`,
		`<td>free_bytes</td><td>34GiB (36507222016)</td><td></td><td></td>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

func TestAHeartbeatHasNoButtonToRunIt(t *testing.T) {
	s := nineChecks()
	def := s.definitions["mail"]
	def.Receiver = receiver{}
	s.definitions["mail"] = def
	h := httpapi.CheckPage(s, "/checks", sceneOptions())
	if body := get(t, h, "/checks/mail").body; strings.Contains(body, "Run now") {
		t.Error("a check that waits for beats cannot be run")
	}
	if body := get(t, h, "/checks/disk").body; !strings.Contains(body, "Run now") {
		t.Error("no button")
	}
}

// receiver is the kind of check that waits for the beats of a job.
type receiver struct{ checks.Receiver }

func TestAnAgeHasTheUnitThatItsReaderNeeds(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	for up, want := range map[time.Duration]string{
		-time.Second: "0s", 59 * time.Second: "59s", time.Minute: "1m", 59*time.Minute + 10*time.Second: "59m", time.Hour: "1h",
		48*time.Hour - time.Minute: "48h", 48 * time.Hour: "2d", 71 * time.Hour: "2d", 72 * time.Hour: "3d", 240 * time.Hour: "10d",
	} {
		o.Started = sceneTime().Add(-up)
		if body := get(t, httpapi.Page(s, o), "/").body; !strings.Contains(body, "up "+want+"<") {
			t.Errorf("after %v the page does not say %q", up, "up "+want)
		}
	}
}
