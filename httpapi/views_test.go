package httpapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

var _ httpapi.Reporter = (*httpapi.Handler)(nil)

// names lists the checks of a report.
func names(rep collector.Report) string {
	var all []string
	for _, r := range rep.Results {
		all = append(all, r.Check)
	}
	return strings.Join(all, " ")
}

func TestAViewIsAReporter(t *testing.T) {
	c := taggedChecks(t)
	ready := httpapi.Ready(c, httpapi.Options{Filter: collector.Filter{Tags: []string{"ready"}, Exclude: []string{"db"}}, HideOutput: true})
	live := httpapi.Live(c, httpapi.Options{})
	outer := httpapi.Healthcheck(ready, httpapi.Options{}) // A view can be the reporter of another handler.
	for _, test := range []struct {
		name   string
		h      *httpapi.Handler
		filter collector.Filter
		want   string
		status collector.Status
	}{
		{"ready", ready, collector.Filter{}, "redis search", collector.StatusDegraded},
		{"ready, narrowed", ready, collector.Filter{Names: []string{"redis"}}, "redis", collector.StatusPassed},
		{"live", live, collector.Filter{}, "", collector.StatusPassed},
		{"outer", outer, collector.Filter{}, "redis search", collector.StatusDegraded},
	} {
		rep, err := test.h.Report(t.Context(), test.filter)
		if err != nil || names(rep) != test.want || rep.Status != test.status {
			t.Errorf("%s: %q %s, %v; want %q %s", test.name, names(rep), rep.Status, err, test.want, test.status)
		}
	}
	if _, err := ready.Report(t.Context(), collector.Filter{Names: []string{"disk"}}); !errors.Is(err, collector.ErrUnknownCheck) {
		t.Errorf("a check outside of the view: %v, want ErrUnknownCheck", err)
	}
	if rep, _ := ready.Report(t.Context(), collector.Filter{}); rep.Results[0].Output != "" {
		t.Errorf("the view hides outputs, and reports %q", rep.Results[0].Output)
	}
	if _, err := new(httpapi.Handler).Report(t.Context(), collector.Filter{}); err == nil {
		t.Error("the zero Handler reports")
	}
	c.Drain(errors.New("deploy"))
	for h, want := range map[*httpapi.Handler]string{ready: "deploy", outer: "deploy", live: ""} {
		rep, err := h.Report(t.Context(), collector.Filter{})
		if err != nil || rep.Draining != want || (rep.Status == collector.StatusFailed) != (want != "") {
			t.Errorf("drained: %q %s, %v; want %q", rep.Draining, rep.Status, err, want)
		}
	}
}

// viewSeries is what /metrics shows of views.
func viewSeries(t *testing.T, m prometheus.Collector, want string) {
	t.Helper()
	header := "# HELP healthcheck_view_healthy Whether the view is answered with its success status (1) or not (0: failed, draining, not yet known).\n# TYPE healthcheck_view_healthy gauge\n"
	if want != "" {
		want = header + want
	}
	if err := testutil.CollectAndCompare(m, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestAMetricSaysHowEachViewIsAnswered(t *testing.T) {
	c := taggedChecks(t)
	if _, err := c.Report(t.Context(), collector.Filter{}); err != nil {
		t.Fatal(err)
	}
	views := map[string]*httpapi.Handler{
		"all":   httpapi.Healthcheck(c, httpapi.Options{}),
		"live":  httpapi.Live(c, httpapi.Options{}),
		"ready": httpapi.Ready(c, httpapi.Options{Filter: collector.Filter{Tags: []string{"ready"}, Exclude: []string{"db"}}}),
		"none":  nil,
		"gone":  httpapi.Ready(c, httpapi.Options{Filter: collector.Filter{Names: []string{"removed"}}}),
	}
	m := httpapi.ViewMetrics(func() map[string]*httpapi.Handler { return views })
	viewSeries(t, m, `healthcheck_view_healthy{view="all"} 0
healthcheck_view_healthy{view="gone"} 0
healthcheck_view_healthy{view="live"} 1
healthcheck_view_healthy{view="none"} 0
healthcheck_view_healthy{view="ready"} 1
`)
	if problems, err := testutil.CollectAndLint(m); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	c.Drain(errors.New("deploy"))
	viewSeries(t, m, `healthcheck_view_healthy{view="all"} 0
healthcheck_view_healthy{view="gone"} 0
healthcheck_view_healthy{view="live"} 1
healthcheck_view_healthy{view="none"} 0
healthcheck_view_healthy{view="ready"} 0
`)
	viewSeries(t, httpapi.ViewMetrics(func() map[string]*httpapi.Handler { return nil }), "")
}

// A scrape must not run a check for the metric alone: the results of this check
// are not kept, so every reader runs it.
func TestTheMetricOfViewsRunsNothing(t *testing.T) {
	runs := 0
	c, err := collector.New(collector.Options{}, checks.Check{
		Name: "each", SuccessTTL: -1, FailedTTL: -1, Timeout: time.Minute,
		Func: func(context.Context) (string, error) { runs++; return "ok", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := httpapi.Healthcheck(c, httpapi.Options{})
	m := httpapi.ViewMetrics(func() map[string]*httpapi.Handler { return map[string]*httpapi.Handler{"all": h} })
	viewSeries(t, m, "healthcheck_view_healthy{view=\"all\"} 0\n")
	if runs != 0 {
		t.Fatalf("%d runs for the metric, want none", runs)
	}
	get(t, h, "/")
	viewSeries(t, m, "healthcheck_view_healthy{view=\"all\"} 1\n")
	if runs != 1 {
		t.Errorf("%d runs for the metric, want none", runs-1)
	}
}
