package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// check returns the dashboard of one check on every instance: where it fails, why, and
// what it measures.
func check() *dashboard.DashboardBuilder {
	return board("healthcheck-check", "Health checks: check", "One check on every instance.").
		WithPanel(number("Instances", "Instances that have this check.", "none", plain,
			query{`count(` + of("healthcheck_state") + `)`, "instances"})).
		WithPanel(number("Failing", "Instances on which it has not passed.", "none", redAtOne,
			query{`count((` + of("healthcheck_state") + `) == 0) or on () vector(0)`, "failing"})).
		WithPanel(number("Warns", "Instances on which it passes with a warning.", "none", warnAtOne,
			query{`sum(` + of("healthcheck_warning") + `)`, "warns"})).
		WithPanel(number("Muted", "Instances on which somebody has muted it.", "none", warnAtOne,
			query{`sum(` + of("healthcheck_muted") + `)`, "muted"})).
		WithPanel(number("Stuck", "Instances on which a run was given up and has not returned.", "none", redAtOne,
			query{`sum(` + of("healthcheck_run_stuck") + `)`, "stuck"})).
		WithPanel(number("Longest failure", "Most failed runs in a row.", "none", redAtOne,
			query{`max(` + of("healthcheck_consecutive_failures") + `)`, "runs"})).
		WithPanel(failing()).
		WithPanel(timeline("State", "After thresholds.", "passed", "failed or skipped",
			query{of("healthcheck_state"), "{{instance}}: {{check}}"})).
		WithPanel(lines("Reasons", "Instances on which it has not passed, by reason.", "none",
			query{`count by (check, reason) (` + of("healthcheck_failure_info") + `)`, "{{check}}: {{reason}}"})).
		WithPanel(failures("instance")).
		WithPanel(lines("Runs", "Finished runs in a second, by result.", "none",
			query{`sum by (check, result) (rate(healthcheck_runs_total{` + picked + `}[$__rate_interval]))`, "{{check}}: {{result}}"})).
		WithPanel(lines("Duration", "How long the last run took.", "s",
			query{of("healthcheck_duration_seconds"), "{{instance}}: {{check}}"})).
		WithPanel(measured("Phases and times", "Where the time of the last run went, and other times that it measured.", "s",
			`name=~".+_seconds", name!~".+_timestamp_seconds"`)).
		WithPanel(measured("Bytes", "Sizes that the last run measured.", "bytes", `name=~".+_bytes"`)).
		WithPanel(measured("Shares", "Shares that the last run measured.", "percentunit", `name=~".+_ratio"`)).
		WithPanel(measured("Counts", "Other values that the last run measured.", "none", `name!~".+_(seconds|bytes|ratio)"`)).
		WithPanel(rows("Points in time", "Time since, or until if negative.", "dtdurations", []string{"job"},
			query{`time() - (` + of("healthcheck_value", `name=~".+_timestamp_seconds"`) + `)`, "ago"}).Span(12)).
		WithPanel(certificates().Span(12)).
		WithPanel(rows("Last success", "Time since it last passed.", "dtdurations", []string{"job"},
			query{`time() - (` + of("healthcheck_last_success_timestamp_seconds") + `)`, "ago"}).Span(12)).
		WithPanel(availability("Availability", `healthcheck_state{`+picked+`}`, ` and on (job, instance, check) `+info)).
		WithPanel(rows("Settings", "What the configuration says about it.", "none", []string{"job"},
			query{info, "checks"}))
}

// measured shows the observed values of one unit.
func measured(title, description, unit, names string) *timeseries.PanelBuilder {
	return lines(title, description, unit, query{of("healthcheck_value", names), "{{instance}}: {{check}} {{name}}"})
}
