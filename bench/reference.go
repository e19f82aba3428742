package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A reference is the straightforward collector of the same series: it asks for
// a report and builds a const metric for each value, at every scrape.
type reference struct {
	from *collector.Collector

	passed, warning, state, duration, lastRun, lastSuccess, lastChange, expires, consecutive, stuck, muted *prometheus.Desc
	runs, info, healthy, degraded, draining, requests, running, waiting                                    *prometheus.Desc
}

func newReference(from *collector.Collector) *reference {
	desc := func(name string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("healthcheck_"+name, "A metric of the reference collector, with a help text.", labels, nil)
	}
	return &reference{
		from:   from,
		passed: desc("passed", "check"), warning: desc("warning", "check"), state: desc("state", "check"),
		duration: desc("duration_seconds", "check"), lastRun: desc("last_run_timestamp_seconds", "check"),
		lastSuccess: desc("last_success_timestamp_seconds", "check"), lastChange: desc("last_change_timestamp_seconds", "check"),
		expires: desc("result_expires_timestamp_seconds", "check"), muted: desc("muted", "check"),
		consecutive: desc("consecutive_failures", "check"), stuck: desc("run_stuck", "check"),
		runs: desc("runs_total", "check", "result"), info: desc("check_info", "check", "type", "optional", "severity", "tags", "runbook"),
		healthy: desc("healthy"), degraded: desc("degraded"), draining: desc("draining"), requests: desc("cache_requests_total", "outcome"),
		running: desc("checks_running"), waiting: desc("checks_waiting"),
	}
}

// Describe implements [prometheus.Collector].
func (r *reference) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(r, ch) }

// Collect implements [prometheus.Collector].
func (r *reference) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	report, err := r.from.Report(context.Background(), collector.Filter{})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(r.healthy, err)
		return
	}
	gauge(r.healthy, number(report.Status != collector.StatusFailed))
	gauge(r.degraded, number(report.Status == collector.StatusDegraded))
	gauge(r.draining, number(report.Draining != ""))
	gauge(r.running, 0)
	gauge(r.waiting, 0)
	for _, outcome := range []string{"coalesced", "hit", "miss", "stale"} {
		counter(r.requests, 1, outcome)
	}
	for _, result := range report.Results {
		gauge(r.passed, number(result.Passed), result.Check)
		gauge(r.warning, number(result.Warning != ""), result.Check)
		gauge(r.state, number(result.State == collector.StatePassed), result.Check)
		gauge(r.duration, result.Duration.Seconds(), result.Check)
		gauge(r.lastRun, float64(result.Time.UnixNano())/1e9, result.Check)
		gauge(r.lastSuccess, float64(result.LastSuccess.UnixNano())/1e9, result.Check)
		gauge(r.lastChange, float64(result.Since.UnixNano())/1e9, result.Check)
		gauge(r.expires, float64(result.Expires.UnixNano())/1e9, result.Check)
		gauge(r.muted, number(result.Muted != nil), result.Check)
		gauge(r.consecutive, 0, result.Check)
		gauge(r.stuck, 0, result.Check)
		counter(r.runs, 1, result.Check, "passed")
		counter(r.runs, 0, result.Check, "failed")
		gauge(r.info, 1, result.Check, result.Type, strconv.FormatBool(result.Optional), string(result.Severity), strings.Join(result.Tags, ","), result.Runbook)
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
