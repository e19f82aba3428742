package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// tagged returns a collector of four checks, of which db and search fail.
func taggedChecks(t *testing.T) *collector.Collector {
	t.Helper()
	c, err := collector.New(collector.Options{},
		checks.Check{Name: "redis", Tags: []string{"ready", "cache"}, Func: pass("", "redis ok").Func},
		checks.Check{Name: "db", Tags: []string{"ready"}, Func: fail("", "refused").Func},
		checks.Check{Name: "search", Tags: []string{"ready", "slow"}, Optional: true, Func: fail("", "refused").Func},
		checks.Check{Name: "disk", Func: pass("", "12 % used").Func},
	)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAHandlersFilterCanOnlyBeNarrowed(t *testing.T) {
	c := taggedChecks(t)
	ready := collector.Filter{Tags: []string{"ready"}}
	named := collector.Filter{Names: []string{"redis", "db"}}
	without := collector.Filter{Exclude: []string{"db", "disk"}}
	nothing := collector.Filter{Names: []string{}}
	for _, test := range []struct {
		filter collector.Filter
		query  string
		status int
		want   string
	}{
		{ready, "", 500, "redis db search"},
		{ready, "?check=redis", 200, "redis"},
		{ready, "?check=disk", 404, ""},
		{ready, "?tag=cache", 200, "redis"},
		{ready, "?tag=slow", 200, "search"},
		{ready, "?tag=slow&tag=cache", 200, "redis search"},
		{ready, "?exclude=db", 200, "redis search"},
		{ready, "?tag=cache&exclude=redis", 404, ""},
		{ready, "?check=typo", 404, ""},
		{named, "", 500, "redis db"},
		{named, "?check=redis", 200, "redis"},
		{named, "?check=disk", 404, ""},
		{named, "?check=redis&check=disk", 404, ""},
		{named, "?tag=cache", 200, "redis"},
		{named, "?exclude=db", 200, "redis"},
		{without, "", 200, "redis search"},
		{without, "?check=redis", 200, "redis"},
		{without, "?check=db", 404, ""},
		{without, "?exclude=redis", 200, "search"},
		{nothing, "", 200, ""},
		{nothing, "?check=redis", 404, ""},
		{nothing, "?tag=ready", 404, ""},
	} {
		h := httpapi.Healthcheck(c, httpapi.Options{Filter: test.filter})
		for range 2 { // The second answer is a kept rendering.
			res := get(t, h, "/healthz"+test.query)
			if got := checkers(t, res); res.Code != test.status || got != test.want {
				t.Errorf("%v, %q: %d, checks %q, want %d, %q", test.filter, test.query, res.Code, got, test.status, test.want)
			}
		}
	}
}

func TestADrainedServiceIsAliveButNotReady(t *testing.T) {
	c := taggedChecks(t)
	healthy := collector.Filter{Names: []string{"redis", "search"}}
	handlers := map[string]http.Handler{
		"live":         httpapi.Live(c, httpapi.Options{}),
		"live, redis":  httpapi.Live(c, httpapi.Options{Filter: healthy}),
		"live, db":     httpapi.Live(c, httpapi.Options{Filter: collector.Filter{Names: []string{"db"}}}),
		"ready":        httpapi.Ready(c, httpapi.Options{Filter: healthy, IgnoreDrain: true}),
		"ready, all":   httpapi.Ready(c, httpapi.Options{}),
		"no checks":    httpapi.Healthcheck(c, httpapi.Options{Filter: collector.Filter{Names: []string{}}}),
		"ignore drain": httpapi.Healthcheck(c, httpapi.Options{IgnoreDrain: true}),
	}
	want := func(moment string, statuses map[string]int) {
		t.Helper()
		for name, h := range handlers {
			if res := get(t, h, "/probe"); res.Code != statuses[name] {
				t.Errorf("%s, %s: status %d, want %d: %s", moment, name, res.Code, statuses[name], res.body)
			}
		}
	}
	want("in service", map[string]int{"live": 200, "live, redis": 200, "live, db": 500, "ready": 200, "ready, all": 500, "no checks": 200, "ignore drain": 500})
	c.Drain(errors.New("deploy"))
	want("drained", map[string]int{"live": 200, "live, redis": 200, "live, db": 500, "ready": 503, "ready, all": 503, "no checks": 503, "ignore drain": 500})
	body := get(t, handlers["live, redis"], "/probe").body
	if strings.Contains(body, "draining") || !strings.Contains(body, `"status": "success"`) || !strings.Contains(body, `"degraded": true`) {
		t.Errorf("a live answer while drained is %s", body)
	}
	c.Drain(nil)
	want("back", map[string]int{"live": 200, "live, redis": 200, "live, db": 500, "ready": 200, "ready, all": 500, "no checks": 200, "ignore drain": 500})
}

func TestLivenessRunsNoCheck(t *testing.T) {
	f := plain()
	if res := get(t, httpapi.Live(f, httpapi.Options{}), "/livez"); res.Code != 200 || f.calls.Load() != 0 {
		t.Errorf("status %d, %d reports, want 200 without a report", res.Code, f.calls.Load())
	}
}

// A switch passes on the reports of one of several collectors.
type switched struct{ collectors []*collector.Collector }

func (s *switched) Report(ctx context.Context, f collector.Filter) (collector.Report, error) {
	return s.collectors[0].Report(ctx, f)
}

func TestAReporterOfYourOwnGetsRightAnswers(t *testing.T) {
	one, err := collector.New(collector.Options{}, pass("a", "fine"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := collector.New(collector.Options{}, fail("b", "down"))
	if err != nil {
		t.Fatal(err)
	}
	s := &switched{[]*collector.Collector{one, two}}
	h := httpapi.Healthcheck(s, httpapi.Options{})
	for range 3 {
		for i, want := range []string{`[+] a: fine`, `[-] b: down`} {
			s.collectors[0] = []*collector.Collector{one, two}[i]
			if res := get(t, h, "/healthz?format=text"); !strings.HasPrefix(res.body, want) {
				t.Errorf("body is %s, want %s", res.body, want)
			}
		}
	}
}

// Reports that share a version but differ: the handler must not mix them.
func TestEqualVersionsAreNotEnoughToKeepARendering(t *testing.T) {
	f := plain()
	h := httpapi.Healthcheck(f, httpapi.Options{})
	before := f.report
	get(t, h, "/")
	for name, change := range map[string]func(*collector.Report){
		"status":   func(r *collector.Report) { r.Status = collector.StatusDegraded },
		"draining": func(r *collector.Report) { r.Status, r.Draining = collector.StatusFailed, "deploy" },
		"results":  func(r *collector.Report) { r.Results = []*collector.Result{passed("other")} },
		"fewer":    func(r *collector.Report) { r.Results = r.Results[:1] },
	} {
		f.report = before
		get(t, h, "/")
		change(&f.report)
		got := get(t, h, "/")
		want := get(t, httpapi.Healthcheck(f, httpapi.Options{}), "/")
		if got.Code != want.Code || got.body != want.body {
			t.Errorf("%s: %d %s, want %d %s", name, got.Code, got.body, want.Code, want.body)
		}
	}
}

func TestAnotherEpochLeavesTheAnswerToTheNextHandler(t *testing.T) {
	c := taggedChecks(t)
	if err := c.Replace(t.Context(), []checks.Check{pass("new", "fine")}); err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(c, httpapi.Options{})
	for epoch, want := range map[uint64]bool{0: true, 1: false, 2: true, 3: false} {
		w := httptest.NewRecorder()
		got := h.ServeEpoch(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil), epoch)
		written := w.Body.Len() > 0 && len(w.Header()) > 0
		nothing := w.Body.Len() == 0 && len(w.Header()) == 0
		if got != want || want && !written || !want && !nothing {
			t.Errorf("epoch %d of 2: %t, header %v, body %q", epoch, got, w.Header(), w.Body)
		}
	}
	live := httpapi.Live(c, httpapi.Options{})
	if w := httptest.NewRecorder(); !live.ServeEpoch(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/livez", nil), 7) || w.Code != 200 {
		t.Errorf("a handler that looks at no check refuses an epoch")
	}
}

func TestZeroValuesNeverPanic(t *testing.T) {
	var noCollector *collector.Collector
	var noDump *envinfo.Dump
	for name, h := range map[string]http.Handler{
		"zero Handler":         &httpapi.Handler{},
		"nil Reporter":         httpapi.Healthcheck(nil, httpapi.Options{}),
		"nil pointer":          httpapi.Healthcheck(noCollector, httpapi.Options{}),
		"live without one":     httpapi.Live(nil, httpapi.Options{}),
		"page without one":     httpapi.Page(nil, httpapi.PageOptions{}),
		"check page":           httpapi.CheckPage(nil, "", httpapi.PageOptions{}),
		"nil Dumper":           httpapi.Environment(nil, httpapi.EnvironmentOptions{}),
		"nil pointer of Dump":  httpapi.Environment(noDump, httpapi.EnvironmentOptions{}),
		"no Gatherer":          httpapi.Metrics(nil, nil),
		"Guard around nothing": httpapi.Guard(nil, httpapi.Access{AllowRemote: true}),
		"zero Router":          &httpapi.Router{},
	} {
		res := get(t, h, "/")
		want := 500
		if name == "zero Router" || strings.HasPrefix(name, "Guard") {
			want = 404
		}
		if res.Code != want || !json.Valid([]byte(res.body)) || !strings.HasPrefix(res.body, `{"error": `) {
			t.Errorf("%s: %d %s, want %d with an error as JSON", name, res.Code, res.body, want)
		}
	}
	var requests httpapi.Requests
	if n := testutil.CollectAndCount(&requests); n != 0 {
		t.Errorf("%d series of a zero Requests, want none", n)
	}
	if res := get(t, requests.Wrap("x", text("fine")), "/"); res.body != "fine" || testutil.CollectAndCount(&requests) != 1 {
		t.Errorf("a zero Requests answers %q with %d series", res.body, testutil.CollectAndCount(&requests))
	}
	if res := get(t, requests.Wrap("nothing", nil), "/"); res.Code != 404 {
		t.Errorf("Wrap of nil: status %d, want 404", res.Code)
	}
}

func TestAViewAnswersInItsOwnWay(t *testing.T) {
	c := taggedChecks(t)
	live := httpapi.Live(c, httpapi.Options{Success: httpapi.Answer{Status: 204}})
	ready := httpapi.Ready(c, httpapi.Options{Filter: collector.Filter{Tags: []string{"ready"}, Exclude: []string{"db"}}, HideOutput: true})
	h := httpapi.Healthcheck(c, httpapi.Options{Prefix: "/healthcheck", Views: map[string]*httpapi.Handler{"live": live, "ready": ready}, UnknownStatus: 410})
	for _, test := range []struct {
		path   string
		status int
		want   string
	}{
		{"/healthcheck", 500, "redis db search disk"},
		{"/healthcheck?view=ready", 200, "redis search"},
		{"/healthcheck?view=ready&check=redis", 200, "redis"},
		{"/healthcheck/redis?view=ready", 200, "redis"},
		{"/healthcheck/disk?view=ready", 404, ""},
		{"/healthcheck?view=ready&view=ready", 200, "redis search"},
		{"/healthcheck?view=ready&view=live", 400, ""},
		{"/healthcheck?view=typo", 410, ""},
		{"/healthcheck?view=", 410, ""},
		{"/healthcheck?view", 410, ""},
	} {
		res := get(t, h, test.path)
		if got := checkers(t, res); res.Code != test.status || got != test.want {
			t.Errorf("%s: %d, checks %q, want %d, %q", test.path, res.Code, got, test.status, test.want)
		}
	}
	if res := get(t, h, "/healthcheck?view=live"); res.Code != 204 || res.body != "" {
		t.Errorf("live: %d %q", res.Code, res.body)
	}
	if res := get(t, h, "/healthcheck?view=ready"); strings.Contains(res.body, "redis ok") {
		t.Errorf("the view hides outputs: %s", res.body)
	}
	c.Drain(errors.New("deploy"))
	for view, want := range map[string]int{"live": 204, "ready": 503} {
		if res := get(t, h, "/healthcheck?view="+view); res.Code != want {
			t.Errorf("%s while drained: %d, want %d", view, res.Code, want)
		}
	}
	if res := get(t, ready, "/readyz?view=ready"); res.Code != 404 {
		t.Errorf("a view of a view: %d", res.Code)
	}
}
