package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// sectionsOf returns what follows the results.
func sectionsOf(t *testing.T, o httpapi.Options) string {
	t.Helper()
	f := &fake{report: collector.Report{Status: collector.StatusPassed, Version: 1}}
	res := get(t, httpapi.Healthcheck(f, o), "/healthcheck")
	if res.Code != 200 || !json.Valid([]byte(res.body)) {
		t.Errorf("%d %s", res.Code, res.body)
	}
	_, after, _ := strings.Cut(res.body, `"results": []`)
	return after
}

func value(v any, err error) func(context.Context) (any, error) {
	return func(context.Context) (any, error) { return v, err }
}

func TestSectionsKeepTheirOrderInsideToo(t *testing.T) {
	type nested struct {
		Z int     `json:"z"`
		A float64 `json:"a"`
	}
	got := sectionsOf(t, httpapi.Options{Sections: []httpapi.Section{
		{Name: "z", Value: json.RawMessage(`{"b":1, "a" : [ 1,2 ,{"y":null,"x":true}], "":"a,b: c"}`)},
		{Name: "call", Func: value(nested{1, 0.5}, nil)},
		{Name: "a", Value: map[string]any{"two": 2, "one": "ä<>"}},
		{Name: "ünï", Value: nil},
	}})
	want := `, "z": {"b": 1, "a": [1, 2, {"y": null, "x": true}], "": "a,b: c"}, "call": {"z": 1, "a": 0.5}, ` +
		`"a": {"one": "\u00e4<>", "two": 2}, "\u00fcn\u00ef": null}`
	if got != want {
		t.Errorf("sections are\n%s\nwant\n%s", got, want)
	}
}

func TestASectionThatFailsIsAnErrorAndNeverTheStatus(t *testing.T) {
	exit := func(context.Context) (any, error) { runtime.Goexit(); return nil, nil }
	blowUp := func(context.Context) (any, error) { panic(errors.New("no")) }
	got := sectionsOf(t, httpapi.Options{Sections: []httpapi.Section{
		{Name: "error", Func: value(nil, errors.New("no route to \"db\""))},
		{Name: "panic", Func: blowUp},
		{Name: "exit", Func: exit},
		{Name: "nil", Func: value(nil, nil)},
		{Name: "channel", Func: value(make(chan int), nil)},
		{Name: "long", Func: value(nil, errors.New(strings.Repeat("é", 1000)))},
		{Name: "last", Value: 1},
	}})
	want := `, "error": {"error": "no route to \"db\""}, "panic": {"error": "panic: no"}, ` +
		`"exit": {"error": "the function ended its goroutine"}, "nil": null, "channel": "********", ` +
		`"long": {"error": "` + strings.Repeat(`\u00e9`, 510) + `\u2026"}, "last": 1}`
	if got != want {
		t.Errorf("sections are\n%s\nwant\n%s", got, want)
	}
}

func TestSectionsAreScrubbed(t *testing.T) {
	scrubber := scrub.New(scrub.Rules{})
	scrubber.Learn("correct horse battery")
	got := sectionsOf(t, httpapi.Options{
		Scrubber: scrubber,
		Sections: []httpapi.Section{
			{Name: "application", Value: map[string]any{"password": "p", "list": []any{map[string]any{"api_key": 7}}}},
			{Name: "db_password", Value: "hunter2"},
			{Name: "session_token", Func: value(map[string]any{"a": "hunter3"}, nil)},
			{Name: "text", Func: value("it is correct horse battery!", nil)},
			{Name: "error", Func: value(nil, errors.New("dial postgres://u:hunter4@db/x: refused"))},
			{Name: "panic", Func: func(context.Context) (any, error) { panic("correct horse battery") }},
		},
	})
	want := `, "application": {"list": [{"api_key": "********"}], "password": "********"}, "db_password": "********", ` +
		`"session_token": "********", "text": "it is ********!", "error": {"error": "dial postgres://u:********@db/x: refused"}, ` +
		`"panic": {"error": "panic: ********"}}`
	if got != want {
		t.Errorf("sections are\n%s\nwant\n%s", got, want)
	}
}

func TestAFunctionIsCalledForEveryAnswer(t *testing.T) {
	n := 0
	o := httpapi.Options{Sections: []httpapi.Section{{Name: "n", Func: func(context.Context) (any, error) { n++; return n, nil }}}}
	h := httpapi.Healthcheck(&fake{report: collector.Report{Version: 1}}, o)
	for _, want := range []string{`"n": 1}`, `"n": 2}`, `"n": 3}`} {
		if got := get(t, h, "/healthcheck").body; !strings.HasSuffix(got, want) {
			t.Errorf("body %s, want %s at its end", got, want)
		}
	}
	get(t, h, "/healthcheck?format=text")
	if n != 3 {
		t.Errorf("%d calls, want none for a form without sections", n-3)
	}
}

func TestADeafFunctionCostsTwoSecondsAndOneGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		release := make(chan struct{})
		deaf := func(context.Context) (any, error) { calls.Add(1); <-release; return "late", nil }
		obedient := func(ctx context.Context) (any, error) { <-ctx.Done(); return nil, ctx.Err() }
		o := httpapi.Options{Hostname: "h", Sections: []httpapi.Section{{Name: "deaf", Func: deaf}, {Name: "quick", Func: value(1, nil)}}}
		h := httpapi.Healthcheck(&fake{report: collector.Report{Version: 1}}, o)

		start := time.Now()
		var readers sync.WaitGroup
		for range 50 {
			readers.Go(func() {
				if got := get(t, h, "/healthcheck").body; !strings.HasSuffix(got, `"deaf": {"error": "not returned within 2s"}, "quick": 1}`) {
					t.Errorf("body %s", got)
				}
			})
		}
		readers.Wait()
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("50 readers took %v, want 2s", took)
		}
		start = time.Now()
		get(t, h, "/healthcheck")
		if took := time.Since(start); took != 0 {
			t.Errorf("a later reader waited %v for a call that is over its time", took)
		}
		if calls.Load() != 1 {
			t.Errorf("%d calls at a time, want 1", calls.Load())
		}
		close(release)
		synctest.Wait()
		if got := get(t, h, "/healthcheck").body; !strings.HasSuffix(got, `"deaf": "late", "quick": 1}`) {
			t.Errorf("after its return: %s", got)
		}

		o.Sections = []httpapi.Section{{Name: "a", Func: obedient}, {Name: "b", Func: obedient}}
		start = time.Now()
		get(t, httpapi.Healthcheck(&fake{}, o), "/healthcheck")
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("two slow sections took %v, want 2s", took)
		}
	})
}
