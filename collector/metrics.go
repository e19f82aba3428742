package collector

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A family is one metric of all checks, or of the collector as a whole.
type family struct {
	name, help string
	kind       dto.MetricType
	labels     []string
	// gauge returns the value for a check. It is set for families that need
	// nothing else.
	gauge func(*entry, *published) (v float64, known bool)

	desc  *prometheus.Desc
	index int // in the order of names
}

// families is every metric of the collector. The values of a check are built
// when they are first collected after a change, and handed out as they are.
type families struct {
	all []*family // in the order of names

	runs, failures, failureInfo, checkInfo, value *family
	healthy, degraded, draining, requests         *family
	running, waiting, drainEnd, durations         *family
}

// client_golang makes the histogram; this package gathers it as well.
const (
	durationsName = "healthcheck_run_duration_seconds"
	durationsHelp = "Durations of the runs of the check."
)

func newFamilies() families {
	f := families{
		runs:        counterFamily("runs_total", "Total number of finished runs of the check.", "check", "result"),
		failures:    counterFamily("failures_total", "Total number of failed runs of the check by reason.", "check", "reason"),
		failureInfo: gaugeFamily("failure_info", "A metric with the constant value 1 while the check has not passed, labelled with the reason.", "check", "reason"),
		checkInfo:   gaugeFamily("check_info", "A metric with the constant value 1, labelled with what is configured for the check, its own labels included.", "check", "type", "optional", "severity", "tags", "runbook"),
		value:       gaugeFamily("value", "A value that the last run of the check has measured; its unit is the end of its name.", "check", "name"),
		healthy:     gaugeFamily("healthy", "Whether an unfiltered health request is answered with the success status (1), or failed, draining or not yet known (0)."),
		degraded:    gaugeFamily("degraded", "Whether all is passed but something warns or an optional check has not passed (1) or not (0)."),
		draining:    gaugeFamily("draining", "Whether the service has been taken out by draining (1) or not (0)."),
		requests:    counterFamily("cache_requests_total", "Total number of answers by where they came from.", "outcome"),
		running:     gaugeFamily("checks_running", "Number of checks whose runs are under way, without those that were given up."),
		waiting:     gaugeFamily("checks_waiting", "Number of checks whose runs wait for a place."),
		drainEnd:    gaugeFamily("drain_end_timestamp_seconds", "When the drain ends by itself in Unix time; absent if it does not."),
		durations:   &family{name: durationsName, help: durationsHelp, kind: dto.MetricType_HISTOGRAM},
	}
	f.all = []*family{
		f.runs, f.failures, f.failureInfo, f.checkInfo, f.value, f.healthy, f.degraded, f.draining, f.requests,
		f.running, f.waiting, f.drainEnd, f.durations,
		checkGauge("passed", "Whether the last result of the check passed (1) or not (0), before thresholds.", passed),
		checkGauge("warning", "Whether the last result of the check passed with a warning (1) or not (0).", warned),
		checkGauge("state", "Whether the check has passed (1), or failed or been skipped (0), after thresholds.", state),
		checkGauge("duration_seconds", "Duration of the last run of the check.", duration),
		checkGauge("last_run_timestamp_seconds", "End of the last run of the check in Unix time.", lastRun),
		checkGauge("last_success_timestamp_seconds", "End of the last run of the check that passed in Unix time.", lastSuccess),
		checkGauge("last_change_timestamp_seconds", "When the state of the check last changed in Unix time.", lastChange),
		checkGauge("result_expires_timestamp_seconds", "When the last result of the check expires in Unix time.", expires),
		checkGauge("muted", "Whether an operator has muted the check (1) or not (0).", muted),
		checkGauge("consecutive_failures", "Number of runs of the check that have failed since one has passed.", failuresInARow),
		checkGauge("run_stuck", "Whether a run of the check that was given up has not returned (1) or none is (0).", stuck),
	}
	slices.SortFunc(f.all, func(a, b *family) int { return strings.Compare(a.name, b.name) })
	for i, family := range f.all {
		family.index = i
		family.desc = prometheus.NewDesc(family.name, family.help, family.labels, nil)
	}
	return f
}

func gaugeFamily(name, help string, labels ...string) *family {
	return &family{name: "healthcheck_" + name, help: help, kind: dto.MetricType_GAUGE, labels: labels}
}

func counterFamily(name, help string, labels ...string) *family {
	return &family{name: "healthcheck_" + name, help: help, kind: dto.MetricType_COUNTER, labels: labels}
}

func checkGauge(name, help string, value func(*entry, *published) (float64, bool)) *family {
	f := gaugeFamily(name, help, "check")
	f.gauge = value
	return f
}

func passed(_ *entry, p *published) (float64, bool) { return number(p != nil && p.Passed), p != nil }

func warned(_ *entry, p *published) (float64, bool) {
	return number(p != nil && p.Warning != ""), p != nil
}

func stuck(e *entry, _ *published) (float64, bool) { return number(e.line.slot.stuck.Load()), true }

func lastRun(_ *entry, p *published) (float64, bool) {
	return moment(p, func() time.Time { return p.lastRun() })
}

func state(_ *entry, p *published) (float64, bool) {
	return number(p != nil && p.State == StatePassed), p != nil
}

func duration(_ *entry, p *published) (float64, bool) {
	if p == nil || p.lastRun().IsZero() {
		return 0, false
	}
	return p.lastDuration.Seconds(), true
}

func lastSuccess(_ *entry, p *published) (float64, bool) {
	return moment(p, func() time.Time { return p.LastSuccess })
}

func lastChange(_ *entry, p *published) (float64, bool) {
	return moment(p, func() time.Time { return p.Since })
}

func expires(_ *entry, p *published) (float64, bool) {
	return moment(p, func() time.Time { return p.Expires })
}

func muted(_ *entry, p *published) (float64, bool) {
	return number(p != nil && p.Muted != nil), p != nil
}

func failuresInARow(_ *entry, p *published) (float64, bool) {
	if p == nil {
		return 0, false
	}
	return float64(p.consecutiveFailures), true
}

func moment(p *published, of func() time.Time) (float64, bool) {
	if p == nil || of().IsZero() {
		return 0, false
	}
	return float64(of().UnixNano()) / 1e9, true
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
