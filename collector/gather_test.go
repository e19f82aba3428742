package collector_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// text writes what a gatherer gives, without histograms' values.
func text(t *testing.T, g prometheus.Gatherer) string {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestGatherGivesWhatARegistryWould(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, histogram := range []collector.Histogram{collector.HistogramOff, collector.HistogramClassic, collector.HistogramNative} {
			var a, b subject
			b.fails(errDown)
			check := b.check("b")
			check.Tags, check.Optional, check.Runbook = []string{"x", "y"}, true, "https://wiki.example.org/b"
			c := newCollector(t, collector.Options{Histogram: histogram}, a.check("a"), check,
				checks.Check{Name: "c", Func: func(ctx context.Context) (string, error) {
					checks.Observe(ctx, "used_ratio", 0.5)
					return "", checks.Warnf("careful")
				}})
			registry := prometheus.NewPedanticRegistry()
			registry.MustRegister(c)
			for range 3 {
				// The registry sorts by labels, and so are these.
				if got, want := text(t, c), text(t, registry); got != want {
					t.Errorf("Gather:\n%s\na registry:\n%s", got, want)
				}
				time.Sleep(9 * time.Second)
			}
			if err := c.Remove("b"); err != nil {
				t.Fatal(err)
			}
			if got := text(t, c); strings.Contains(got, `"b"`) {
				t.Errorf("a removed check is still there:\n%s", got)
			}
			problems, err := testutil.GatherAndLint(c)
			if err != nil || len(problems) > 0 {
				t.Errorf("lint: %v, %v", problems, err)
			}
		}
	})
}

func TestMetricsOfThreeChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a subject
		var b subject
		a.takes.Store(int64(250 * time.Millisecond))
		b.fails(errDown)
		dependent := a.check("c")
		dependent.DependsOn = []string{"b"}
		c := newCollector(t, collector.Options{}, a.check("a"), b.check("b"), dependent)
		report(t, c)
		err := testutil.CollectAndCompare(c, strings.NewReader(`
# HELP healthcheck_failure_info A metric with the constant value 1 while the check has not passed, labelled with the reason.
# TYPE healthcheck_failure_info gauge
healthcheck_failure_info{check="b",reason="error"} 1
healthcheck_failure_info{check="c",reason="skipped"} 1
# HELP healthcheck_failures_total Total number of failed runs of the check by reason.
# TYPE healthcheck_failures_total counter
healthcheck_failures_total{check="b",reason="error"} 1
# HELP healthcheck_passed Whether the last result of the check passed (1) or not (0), before thresholds.
# TYPE healthcheck_passed gauge
healthcheck_passed{check="a"} 1
healthcheck_passed{check="b"} 0
healthcheck_passed{check="c"} 0
# HELP healthcheck_duration_seconds Duration of the last run of the check.
# TYPE healthcheck_duration_seconds gauge
healthcheck_duration_seconds{check="a"} 0.25
healthcheck_duration_seconds{check="b"} 0
# HELP healthcheck_runs_total Total number of finished runs of the check.
# TYPE healthcheck_runs_total counter
healthcheck_runs_total{check="a",result="failed"} 0
healthcheck_runs_total{check="a",result="passed"} 1
healthcheck_runs_total{check="b",result="failed"} 1
healthcheck_runs_total{check="b",result="passed"} 0
healthcheck_runs_total{check="c",result="failed"} 0
healthcheck_runs_total{check="c",result="passed"} 0
# HELP healthcheck_healthy Whether an unfiltered health request is answered with the success status (1), or failed, draining or not yet known (0).
# TYPE healthcheck_healthy gauge
healthcheck_healthy 0
# HELP healthcheck_cache_requests_total Total number of answers by where they came from.
# TYPE healthcheck_cache_requests_total counter
healthcheck_cache_requests_total{outcome="coalesced"} 0
healthcheck_cache_requests_total{outcome="hit"} 0
healthcheck_cache_requests_total{outcome="miss"} 1
healthcheck_cache_requests_total{outcome="stale"} 0
`), "healthcheck_failure_info", "healthcheck_failures_total", "healthcheck_passed", "healthcheck_duration_seconds",
			"healthcheck_runs_total", "healthcheck_healthy", "healthcheck_cache_requests_total")
		if err != nil {
			t.Error(err)
		}
	})
}
