package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// host returns the dashboard of one instance: all of its checks, and the exporter.
func host() *dashboard.DashboardBuilder {
	asked, outcomes := requests("instance")
	return board("healthcheck-host", "Health checks: host", "The checks of one instance, and the exporter there.").
		WithPanel(number("Healthy", "1: /healthcheck is answered with the success status.", "none", greenAt1,
			query{on("healthcheck_healthy"), "{{instance}}"})).
		WithPanel(number("Degraded", "1: passed, but something warns or an optional check has not passed.", "none", warnAtOne,
			query{on("healthcheck_degraded"), "{{instance}}"})).
		WithPanel(number("Drained", "1: somebody has drained this instance.", "none", warnAtOne,
			query{on("healthcheck_draining"), "{{instance}}"})).
		WithPanel(number("Configuration loaded", "How long ago.", "dtdurations", plain,
			query{`time() - ` + on("healthcheck_config_last_reload_success_timestamp_seconds"), "{{instance}}"})).
		WithPanel(number("Last reload", "0: the last reload was refused, and the old configuration is in use.", "none", greenAt1,
			query{on("healthcheck_config_last_reload_successful"), "{{instance}}"})).
		WithPanel(number("Running since", "How long ago the exporter started.", "dtdurations", plain,
			query{`time() - (` + on("process_start_time_seconds") + ` and on (job, instance) healthcheck_healthy)`, "{{instance}}"})).
		WithPanel(failing()).
		WithPanel(timeline("Checks", "The state of each check, after its thresholds.", "passed", "failed or skipped",
			query{of("healthcheck_state"), "{{check}}"}).Height(12)).
		WithPanel(timeline("Views", "Whether each view (a named selection of checks) is answered with its success status. Empty without views.", "healthy", "unhealthy",
			query{on("healthcheck_view_healthy"), "{{instance}}: {{view}}"}).Height(6)).
		WithPanel(lines("Durations", "How long the last run of each check took.", "s",
			query{of("healthcheck_duration_seconds"), "{{check}}"})).
		WithPanel(failures("check")).
		WithPanel(availability("Availability of checks", `healthcheck_state{`+picked+`}`, ` and on (job, instance, check) `+info)).
		WithPanel(certificates().Span(12)).
		WithPanel(rows("Oldest results", "Time since the result expired; negative while it is valid. Far above 0: runs wait for a place, or hang.", "s", []string{"job"},
			query{`topk(10, time() - (` + of("healthcheck_result_expires_timestamp_seconds") + `))`, "expired for"}).Span(12)).
		WithPanel(asked).
		WithPanel(outcomes).
		WithPanel(lines("Runs under way", "waiting: runs that have no place yet. stuck: runs that were given up and have not returned.", "none",
			query{on("healthcheck_checks_running"), "running"},
			query{on("healthcheck_checks_waiting"), "waiting"},
			query{`sum by (instance) (` + of("healthcheck_run_stuck") + `)`, "stuck"})).
		WithPanel(lines("Log lines dropped", "Lines lost because the reader of the log was too slow or gone.", "none",
			query{`increase(` + on("healthcheck_log_lines_dropped_total") + `[$__rate_interval])`, "{{instance}}"})).
		WithPanel(lines("Processor", "Of the exporter, in cores.", "none",
			query{`rate(` + on("process_cpu_seconds_total") + `[$__rate_interval]) and on (job, instance) healthcheck_healthy`, "{{instance}}"})).
		WithPanel(lines("Memory", "Resident memory of the exporter.", "bytes",
			query{on("process_resident_memory_bytes") + ` and on (job, instance) healthcheck_healthy`, "{{instance}}"})).
		WithPanel(number("Drained for", "Until the drain ends by itself; empty for one without an end.", "dtdurations", plain,
			query{on("healthcheck_drain_end_timestamp_seconds") + ` - time()`, "{{instance}}"})).
		WithPanel(number("State kept", "1: drain, mutes and results survive a restart. Empty without --state.directory.", "none", greenAt1,
			query{on("healthcheck_state_directory_usable"), "{{instance}}"})).
		WithPanel(rows("Build", "What runs on which system.", "none", []string{"job", "branch", "tags"},
			query{on("healthcheck_build_info"), "builds"}))
}
