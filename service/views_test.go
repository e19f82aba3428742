package service_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

func tagged(name, tag string, passes bool) checks.Check {
	return checks.Check{Name: name, Tags: []string{tag}, Func: checks.Bool(func() (bool, string) { return passes, name + " said so" })}
}

func TestViewsAnswerInTheirOwnWay(t *testing.T) {
	s := newService(t, service.Options{Views: map[string]httpapi.Options{
		"good":  {Filter: collector.Filter{Tags: []string{"good"}}, Success: httpapi.Answer{Status: 204}, DrainingStatus: 404},
		"bad":   {Filter: collector.Filter{Names: []string{"db"}}, HideOutput: true, Format: httpapi.FormatText, Failed: httpapi.Answer{Status: 599}},
		"empty": {Filter: collector.Filter{Names: []string{}}, IgnoreDrain: true},
	}}, tagged("redis", "good", true), tagged("db", "bad", false))
	statuses := func(want map[string]int) {
		t.Helper()
		for view, status := range want {
			if got := get(t, s, remote, "/healthcheck?view="+view).Code; got != status {
				t.Errorf("?view=%s: %d, want %d", view, got, status)
			}
			if h := s.ViewHandler(view); h != nil && get(t, h, remote, "/of/its/own").Code != status {
				t.Errorf("the handler of %s: want %d", view, status)
			}
		}
	}
	statuses(map[string]int{"good": 204, "bad": 599, "empty": 200, "typo": 404})
	if body := get(t, s, remote, "/healthcheck?view=bad").Body.String(); body != "[-] db: failed\nhealthcheck: failed\n" {
		t.Errorf("the view hides outputs: %s", body)
	}
	if s.ViewHandler("typo") != nil {
		t.Error("a handler for a view that does not exist")
	}
	metrics := get(t, s, remote, "/metrics").Body.String()
	for _, line := range []string{`healthcheck_view_healthy{view="bad"} 0`, `healthcheck_view_healthy{view="empty"} 1`, `healthcheck_view_healthy{view="good"} 1`} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("/metrics has no line %s", line)
		}
	}
	s.Drain(errors.New("deploy"))
	statuses(map[string]int{"good": 404, "bad": 503, "empty": 200})
}

func TestAViewThatCannotBeMeantIsAnError(t *testing.T) {
	view := func(f collector.Filter) map[string]httpapi.Options {
		return map[string]httpapi.Options{"v": {Filter: f}}
	}
	for want, views := range map[string]map[string]httpapi.Options{
		`view "v": unknown check "nope"`:                                               view(collector.Filter{Names: []string{"nope"}}),
		`view "v": unknown check: no check has the tag "nope"`:                         view(collector.Filter{Tags: []string{"nope"}}),
		`view "v": unknown check: the selection leaves none`:                           view(collector.Filter{Tags: []string{"bad"}, Exclude: []string{"db"}}),
		`view "v": "db" is left out by tags or exclude`:                                view(collector.Filter{Names: []string{"db", "redis"}, Tags: []string{"good"}}),
		`view "v": success_status: 99, want 200 to 599`:                                {"v": {Success: httpapi.Answer{Status: 99}}},
		"view \"a\": unknown check \"x\"\nview \"b\": unknown check \"y\"":             {"b": {Filter: collector.Filter{Names: []string{"y"}}}, "a": {Filter: collector.Filter{Names: []string{"x"}}}},
		`view "taken": is in Healthcheck.Views too`:                                    {"taken": {}},
		"view \"taken\": is in Healthcheck.Views too\nview \"z\": unknown check \"y\"": {"taken": {}, "z": {Filter: collector.Filter{Names: []string{"y"}}}},
	} {
		o := service.Options{Views: views, Healthcheck: httpapi.Options{Views: map[string]*httpapi.Handler{"taken": {}}}}
		_, err := service.New(o, tagged("redis", "good", true), tagged("db", "bad", false))
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
