package httpapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestHistoriesComeBackAsTheyWere(t *testing.T) {
	c, err := collector.New(collector.Options{},
		checks.Check{Name: "good", Func: func(context.Context) (string, error) { return "fine", nil }},
		checks.Check{Name: "bad", Func: func(context.Context) (string, error) {
			return "", checks.Fail(checks.ReasonRefused, errors.New("down"))
		}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Report(t.Context(), collector.Filter{}); err != nil {
		t.Fatal(err)
	}
	ask := func(query string) (int, []byte) {
		w := httptest.NewRecorder()
		httpapi.Histories(c).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/-/history"+query, nil))
		return w.Code, w.Body.Bytes()
	}
	for query, names := range map[string][]string{"": {"good", "bad"}, "?check=bad": {"bad"}} {
		status, body := ask(query)
		all, err := httpapi.DecodeHistories(body)
		if status != http.StatusOK || err != nil || len(all) != len(names) {
			t.Fatalf("%s: %d, %v, %v: %s", query, status, all, err, body)
		}
		for i, name := range names {
			want := httpapi.History{Check: name, Transitions: c.Transitions(name)}
			if query != "" {
				want.Runs = c.Runs(name)
			}
			for j := range want.Transitions {
				all[i].Transitions[j].Time = all[i].Transitions[j].Time.In(time.Local)
			}
			for j := range want.Runs {
				all[i].Runs[j].Time = all[i].Runs[j].Time.In(time.Local)
			}
			if !reflect.DeepEqual(all[i], want) {
				t.Errorf("%s: %+v,\nwant %+v", name, all[i], want)
			}
		}
	}
	if status, body := ask("?check=nope"); status != http.StatusNotFound {
		t.Errorf("unknown check: %d %s", status, body)
	}
	if res := do(t, httpapi.Histories(nil), http.MethodGet, "/-/history"); res.Code != 500 || res.body != `{"error": "the handler has no Reporter"}` {
		t.Errorf("without a collector: %d %s", res.Code, res.body)
	}
	if _, err := httpapi.DecodeHistories([]byte("<html>")); !errors.Is(err, httpapi.ErrNoReport) {
		t.Errorf("not JSON: %v, want ErrNoReport", err)
	}
}
