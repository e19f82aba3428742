package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// The tests of this file have a real collector, as a service that embeds both.

func pass(name, output string) checks.Check {
	return checks.Check{Name: name, Func: checks.Bool(func() (bool, string) { return true, output })}
}

func fail(name, output string) checks.Check {
	return checks.Check{Name: name, Func: checks.Bool(func() (bool, string) { return false, output })}
}

func TestACollectorsAnswersAreThePythonLibrarys(t *testing.T) {
	addition, redis, down := pass("addition_works", "addition works"), pass("redis_available", "redis ok"), fail("db_down", "connection refused")
	throws := fail("throws_exception", "'NoneType' object is not subscriptable")
	raises := checks.Check{Name: "throws_exception", Func: checks.Bool(func() (bool, string) { panic("'NoneType' object is not subscriptable") })}
	short := collector.Options{SuccessTTL: 2 * time.Second, FailedTTL: time.Second}
	for _, c := range []struct {
		golden, path string
		options      collector.Options
		checks       []checks.Check
		pass, fail   float64 // expires - timestamp
	}{
		{"all_pass", "/healthcheck", collector.Options{}, []checks.Check{addition, redis}, 27, 9},
		{"one_fail", "/healthcheck", collector.Options{}, []checks.Check{addition, down}, 27, 9},
		{"all_fail", "/healthcheck", collector.Options{}, []checks.Check{down, throws}, 27, 9},
		{"exception", "/healthcheck", collector.Options{}, []checks.Check{addition, raises}, 27, 9},
		{"empty", "/healthcheck", collector.Options{}, nil, 27, 9},
		{"cached_short_t0", "/healthcheck", short, []checks.Check{addition, down}, 2, 1},
		{"ttl_none_t0", "/healthcheck", collector.Options{SuccessTTL: -1, FailedTTL: -1}, []checks.Check{addition, down}, 0, 0},
		{"custom_section", "/healthcheck", collector.Options{}, []checks.Check{addition}, 27, 9},
		{"filter_one_ok", "/healthcheck/addition_works", collector.Options{}, []checks.Check{addition, down}, 27, 9},
		{"filter_one_fail", "/healthcheck?check=db_down", collector.Options{}, []checks.Check{addition, down}, 27, 9},
	} {
		t.Run(c.golden, func(t *testing.T) {
			engine, err := collector.New(c.options, c.checks...)
			if err != nil {
				t.Fatal(err)
			}
			o := httpapi.Options{Prefix: "/healthcheck"}
			if c.golden == "custom_section" {
				o.Sections = pythonSections()
			}
			res := get(t, httpapi.Healthcheck(engine, o), c.path)
			if got, want := normal(t, res.body, c.pass, c.fail), normal(t, golden(t, c.golden+".json"), c.pass, c.fail); got != want {
				t.Errorf("body is\n%s\nwant\n%s", got, want)
			}
			if want := strings.Fields(golden(t, c.golden+".headers"))[1]; want != map[int]string{200: "200", 500: "500"}[res.Code] {
				t.Errorf("status %d, want %s", res.Code, want)
			}
		})
	}
}

var moving = regexp.MustCompile(`("hostname": )"[^"]*"|("(?:timestamp|expires)": )\d+\.\d+|("response_time": )(?:0\.\d{1,6}|\d(?:\.\d+)?e-0[56])`)

// normal is the golden README's normalisation, which looks at what it replaces.
func normal(t *testing.T, body string, pass, fail float64) string {
	t.Helper()
	var answer struct {
		Results []struct {
			Passed             bool
			Timestamp, Expires float64
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for i, r := range answer.Results {
		want := fail
		if r.Passed {
			want = pass
		}
		if got := r.Expires - r.Timestamp; got != want || math.IsNaN(got) {
			t.Errorf("result %d: expires - timestamp is %v, want %v", i, got, want)
		}
	}
	return moving.ReplaceAllString(body, "$1$2$3*")
}

func TestOneRunServesAllFormsAndPollers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		engine, err := collector.New(collector.Options{}, checks.Check{Name: "redis", Tags: []string{"a"}, Func: func(context.Context) (string, error) {
			runs++
			time.Sleep(200 * time.Millisecond)
			return "redis ok", nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		h := httpapi.Healthcheck(engine, httpapi.Options{Prefix: "/healthcheck"})
		first := get(t, h, "/healthcheck")
		time.Sleep(1200 * time.Millisecond)
		for _, path := range append(forms, "/healthcheck/redis", "/healthcheck?check=redis&exclude=redis") {
			for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
				do(t, h, method, path)
			}
		}
		second := get(t, h, "/healthcheck")
		if runs != 1 {
			t.Errorf("%d runs, want 1", runs)
		}
		// The results keep their moments, the answer does not.
		_, before, _ := strings.Cut(first.body, `"results"`)
		_, after, _ := strings.Cut(second.body, `"results"`)
		if before != after || first.body == second.body || !strings.Contains(after, `"response_time": 0.2}`) {
			t.Errorf("answers are\n%s\n%s", first.body, second.body)
		}
		time.Sleep(27 * time.Second)
		if third := get(t, h, "/healthcheck").body; runs != 2 || strings.Contains(third, after) {
			t.Errorf("%d runs after 27 s, want 2: %s", runs, third)
		}
	})
}

func TestADrainedCollectorIsOutWhateverIsAsked(t *testing.T) {
	engine, err := collector.New(collector.Options{}, pass("redis", "redis ok"), fail("db", "no"))
	if err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(engine, httpapi.Options{Prefix: "/healthcheck", DrainingStatus: http.StatusNotFound})
	if res := get(t, h, "/healthcheck/redis"); res.Code != 200 {
		t.Errorf("before: %d %s", res.Code, res.body)
	}
	engine.Drain(errors.New("deploy"))
	for _, path := range []string{"/healthcheck", "/healthcheck/redis", "/healthcheck?exclude=db", "/healthcheck?format=text"} {
		if res := get(t, h, path); res.Code != 404 || !strings.Contains(res.body, "deploy") {
			t.Errorf("%s: %d %s", path, res.Code, res.body)
		}
	}
	engine.Drain(nil)
	if res := get(t, h, "/healthcheck/redis"); res.Code != 200 || strings.Contains(res.body, "draining") {
		t.Errorf("after: %d %s", res.Code, res.body)
	}
}

func TestACollectorSaysWhatItDoesNotKnow(t *testing.T) {
	engine, err := collector.New(collector.Options{}, pass("redis", "redis ok"))
	if err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(engine, httpapi.Options{Prefix: "/healthcheck"})
	for _, path := range []string{"/healthcheck/reddis", "/healthcheck?check=redis&check=reddis", "/healthcheck?tag=x", "/healthcheck?exclude=x", "/healthcheck?exclude=redis", "/healthcheck?check=", "/healthcheck/redis?check=redis&check=x", "/healthcheck/redis?check=x"} {
		if res := get(t, h, path); res.Code != 404 || !strings.HasPrefix(res.body, `{"error": "`) {
			t.Errorf("%s: %d %s", path, res.Code, res.body)
		}
	}
}

func TestTheDefaultAnswerHasSixKeysWhateverTheCheckSays(t *testing.T) {
	observing := func(ctx context.Context, err error) (string, error) {
		checks.Observe(ctx, "used_ratio", 0.5)
		return "said", err
	}
	engine, err := collector.New(collector.Options{},
		checks.Check{Name: "passes", Type: "http", Func: func(ctx context.Context) (string, error) { return observing(ctx, nil) }},
		checks.Check{Name: "times_out", Type: "tcp", Func: func(ctx context.Context) (string, error) {
			return observing(ctx, checks.Fail(checks.ReasonTimeout, errors.New("no answer")))
		}},
		checks.Check{Name: "panics", Func: func(context.Context) (string, error) { panic("boom") }},
		checks.Check{Name: "described", Description: "a disk", Runbook: "https://wiki.example.org/disk", Tags: []string{"ready"}, Func: pass("", "ok").Func},
		checks.Check{Name: "optional", Optional: true, Func: pass("", "ok").Func},
	)
	if err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(engine, httpapi.Options{})
	var body struct{ Results []map[string]any }
	if err := json.Unmarshal([]byte(get(t, h, "/healthcheck").body), &body); err != nil {
		t.Fatal(err)
	}
	want := []string{"checker", "expires", "output", "passed", "response_time", "timestamp"}
	for _, r := range body.Results {
		if keys := slices.Sorted(maps.Keys(r)); !slices.Equal(keys, want) {
			t.Errorf("%v has the keys %v, want %v", r["checker"], keys, want)
		}
	}
	verbose := get(t, h, "/healthcheck?verbose").body
	for _, want := range []string{`"reason": "timeout"`, `"reason": "panic"`, `"values": {"used_ratio": 0.5}`, `"tags": ["ready"]`, `"optional": true`, `"description": "a disk"`} {
		if !strings.Contains(verbose, want) {
			t.Errorf("verbose has no %s: %s", want, verbose)
		}
	}
}

func TestLineBreaksStayInJSONAndEveryFormMadeOfLinesShowsOne(t *testing.T) {
	const output = "first\nsecond\tcolumn ünï 𝄞"
	engine, err := collector.New(collector.Options{}, pass("passes", output), fail("fails", output),
		checks.Check{Name: "warns", Func: func(context.Context) (string, error) { return output, checks.Warnf("one\ntwo") }})
	if err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(engine, httpapi.Options{})
	const inJSON = `first\nsecond\tcolumn \u00fcn\u00ef \ud834\udd1e`
	for _, path := range []string{"/healthcheck", "/healthcheck?format=health%2Bjson"} {
		if body := get(t, h, path).body; !strings.Contains(body, `"output": "`+inJSON+`"`) || strings.ContainsAny(body, "\n\t") {
			t.Errorf("%s: no %s in %s", path, inJSON, body)
		}
	}
	for path, want := range map[string]int{"/healthcheck?format=text": 4, "/healthcheck?format=nagios": 1} {
		body := get(t, h, path).body
		if strings.Count(body, "\n") != want || strings.Contains(body, "\t") || !strings.Contains(body, "second") {
			t.Errorf("%s: want %d lines:\n%s", path, want, body)
		}
	}
}

func TestTextExplainsAResultBelowItsThreshold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		works := true
		engine, err := collector.New(collector.Options{}, checks.Check{Name: "a", FailureThreshold: 3, SuccessThreshold: 2, Func: checks.Bool(func() (bool, string) { return works, "said" })})
		if err != nil {
			t.Fatal(err)
		}
		h := httpapi.Healthcheck(engine, httpapi.Options{})
		want := func(line string) {
			t.Helper()
			if body := get(t, h, "/healthcheck?format=text").body; !strings.HasPrefix(body, line+"\n") {
				t.Errorf("%s, want %s", body, line)
			}
			time.Sleep(28 * time.Second)
		}
		want("[+] a: said")
		works = false
		want("[+] a: said (failed 1 of 3, still passed)")
		want("[+] a: said (failed 2 of 3, still passed)")
		want("[-] a: said")
		works = true
		want("[-] a: said (passed 1 of 2, still failed)")
		want("[+] a: said")
	})
}

func TestAnOutputMayBeAValue(t *testing.T) {
	engine, err := collector.New(collector.Options{}, checks.Check{Name: "queue", Func: func(ctx context.Context) (string, error) {
		checks.Output(ctx, map[string]any{"depth": 17, "password": "hunter2", "name": "ünï"})
		return "17 waiting", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(engine, httpapi.Options{})
	want := `"output": {"depth": 17, "name": "\u00fcn\u00ef", "password": "********"}, "passed": true`
	if body := get(t, h, "/healthcheck").body; !strings.Contains(body, want) {
		t.Errorf("no %s in %s", want, body)
	}
	if body := get(t, h, "/healthcheck?format=text").body; !strings.HasPrefix(body, `[+] queue: {"depth":17,"name":"ünï","password":"********"}`+"\n") {
		t.Errorf("text: %s", body)
	}
	if body := get(t, httpapi.Healthcheck(engine, httpapi.Options{HideOutput: true}), "/healthcheck?verbose").body; strings.Contains(body, "17") && strings.Contains(body, "depth") {
		t.Errorf("hidden: %s", body)
	}
}

func TestAMutedFailureOnlyDegradesAndSaysWhy(t *testing.T) {
	engine, err := collector.New(collector.Options{}, pass("redis", "redis ok"), fail("db", "refused"))
	if err != nil {
		t.Fatal(err)
	}
	until := time.Unix(time.Now().Unix()+3600, 0)
	if err := engine.Mute("db", collector.Mute{Reason: "the disk is being replaced", Until: until, By: "frank"}); err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(engine, httpapi.Options{})
	for path, want := range map[string]string{
		"/healthcheck":               `"muted": {"reason": "the disk is being replaced", "until": ` + strconv.FormatInt(until.Unix(), 10) + `.0}}`,
		"/healthcheck?format=text":   "[-] db: refused (muted: the disk is being replaced)\nhealthcheck: degraded\n",
		"/healthcheck?format=nagios": "WARNING - db: refused | ",
	} {
		if res := get(t, h, path); res.Code != 200 || !strings.Contains(res.body, want) {
			t.Errorf("%s: %d %s, want 200 with %s", path, res.Code, res.body, want)
		}
	}
	for _, path := range []string{"/healthcheck?verbose", "/healthcheck?format=text"} {
		if body := get(t, httpapi.Healthcheck(engine, httpapi.Options{HideOutput: true}), path).body; strings.Contains(body, "replaced") || !strings.Contains(body, "muted") {
			t.Errorf("%s hidden: %s", path, body)
		}
	}
	page := get(t, httpapi.Page(engine, httpapi.PageOptions{}), "/").body
	if want := "db is muted by frank until " + until.UTC().Format(time.DateTime) + " UTC ("; !strings.Contains(page, want) || !strings.Contains(page, " left): the disk is being replaced") || !strings.Contains(page, `Only degrades:</b> <a href="checks/db">`) {
		t.Errorf("no %s on the page:\n%s", want, page)
	}
}

func TestVerboseShowsWhoseACheckIs(t *testing.T) {
	engine, err := collector.New(collector.Options{},
		checks.Check{Name: "db", Labels: map[string]string{"team": "shop", "area": "eu"}, Severity: checks.SeverityInfo, Func: pass("", "ok").Func},
		pass("redis", "ok"))
	if err != nil {
		t.Fatal(err)
	}
	body := get(t, httpapi.Healthcheck(engine, httpapi.Options{}), "/healthcheck?verbose").body
	if want := `"labels": {"area": "eu", "team": "shop"}, "severity": "info"`; !strings.Contains(body, want) {
		t.Errorf("no %s in %s", want, body)
	}
	page := httpapi.Page(engine, httpapi.PageOptions{})
	if body := get(t, page, "/?label=team%3Dshop").body; !strings.Contains(body, `href="checks/db"`) || strings.Contains(body, `href="checks/redis"`) || !strings.Contains(body, "<option selected>team=shop") {
		t.Errorf("filtered by label: %s", body)
	}
}
