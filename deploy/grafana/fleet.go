package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// fleet returns the dashboard of all instances: which are out, why, and since when.
func fleet() *dashboard.DashboardBuilder {
	asked, outcomes := requests("job")
	return board("healthcheck-fleet", "Health checks: fleet", "All instances of the exporter.").
		WithPanel(number("Instances", "Exporters that Prometheus reaches.", "none", plain,
			query{`count(` + on("healthcheck_healthy") + `)`, "instances"})).
		WithPanel(number("Healthy", "Instances whose /healthcheck is answered with the success status.", "none", greenAt1,
			query{`sum(` + on("healthcheck_healthy") + `)`, "healthy"})).
		WithPanel(number("Exporters down", "Targets that Prometheus does not reach, in jobs that have had exporters within a day.", "none", redAtOne,
			query{`sum(1 - (up{job=~"$job", instance=~"$instance"} and on (job) last_over_time(healthcheck_healthy[1d]))) or on () vector(0)`, "down"})).
		WithPanel(number("Failing checks", "Checks that fail on at least one instance, without those that only wait for another.", "none", redAtOne,
			query{`count(count by (job, check) ((` + of("healthcheck_state") + `) == 0 unless ignoring (reason) healthcheck_failure_info{reason="skipped"})) or on () vector(0)`, "failing"})).
		WithPanel(number("Drained", "Instances that are out of service because somebody drained them.", "none", warnAtOne,
			query{`sum(` + on("healthcheck_draining") + `)`, "drained"})).
		WithPanel(number("Muted checks", "Checks whose failures count for nothing for a while.", "none", warnAtOne,
			query{`sum(` + of("healthcheck_muted") + `)`, "muted"})).
		WithPanel(failing()).
		WithPanel(timeline("State of instances", "Whether /healthcheck is answered with the success status.", "healthy", "unhealthy",
			query{on("healthcheck_healthy"), "{{instance}}"})).
		WithPanel(lines("Instances on which a check fails", "Checks that only wait for another are left out.", "none",
			query{`count by (check) ((` + of("healthcheck_state") + `) == 0 unless ignoring (reason) healthcheck_failure_info{reason="skipped"})`, "{{check}}"})).
		WithPanel(lines("Changes of state in an hour", "A check that changes often flaps.", "none",
			query{`topk(10, changes(healthcheck_last_change_timestamp_seconds{` + picked + `}[1h]) and on (job, instance, check) ` + info + `)`, "{{check}} on {{instance}}"})).
		WithPanel(availability("Availability of instances", on("healthcheck_healthy"), "")).
		WithPanel(failures("check")).
		WithPanel(certificates().Span(12)).
		WithPanel(asked).
		WithPanel(outcomes).
		WithPanel(rows("Versions", "Instances by version.", "none", []string{"job"},
			query{`count by (job, version, revision, goversion) (` + on("healthcheck_build_info") + `)`, "instances"}).Span(12)).
		WithPanel(colored(rows("Configurations", "Instances by the hash of their configuration: several hashes in one job mean that a roll-out is under way or has stopped half-way.", "none", nil,
			query{`count_values by (job) ("hash", ` + on("healthcheck_config_hash") + `)`, "instances"}).Span(12), "instances", "none", plain))
}
