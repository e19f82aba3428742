package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Panels that more than one dashboard has.

// failing lists the checks that have not passed: since when, why, and the team.
func failing() *table.PanelBuilder {
	p := rows("What fails now", "Every check that has not passed, with its reason; skipped: a check that it depends on has not passed.", "dtdurations",
		[]string{"job", "optional", "tags"},
		query{`(time() - healthcheck_last_change_timestamp_seconds{` + picked + `})
  * on (job, instance, check) group_left (reason) healthcheck_failure_info
  * on (job, instance, check) group_left (severity, team, type, runbook) ` + info, "since"})
	linked(p, "runbook", "Runbook", "${__value.raw}")
	linked(p, "instance", "Status page of the exporter", "http://${__value.raw}/")
	return linked(p, "check", "This check", "/d/healthcheck-check?var-check=${__value.raw}&${datasource:queryparam}&${job:queryparam}")
}

// availability compares the mean of a gauge over three spans of time with the
// objective. rest is appended to each query.
func availability(title, gauge, rest string) *table.PanelBuilder {
	share := func(span string) string { return fmt.Sprintf("avg_over_time(%s[%s])", gauge, span) }
	p := rows(title, "Share of the time in which it passed, as scraped. Budget left: what remains of the failures that the objective allows in 30 days. Below 0 % the objective is missed.",
		"percent", []string{"job"},
		query{"100 * " + share("1h") + rest, "1h"},
		query{"100 * " + share("1d") + rest, "1d"},
		query{"100 * " + share("30d") + rest, "30d"},
		query{"100 * (1 - (1 - " + share("30d") + ") / (1 - $objective / 100))" + rest, "budget left"}).
		Decimals(3)
	return colored(p, "budget left", "percent", budget)
}

// certificates lists the days that certificates have left.
func certificates() *table.PanelBuilder {
	p := rows("Certificates", "Days until the certificate that a check sees ends.", "none", []string{"job", "name"},
		query{`((` + of("healthcheck_value", `name=~"(.+_)?tls_not_after_timestamp_seconds"`) + `) - time()) / 86400`, "days left"}).
		Decimals(1)
	return colored(p, "days left", "none", daysLeft)
}

// failures counts failed runs by reason.
func failures(by string) *timeseries.PanelBuilder {
	return lines("Failed runs by reason",
		"Before thresholds. increase() misses the first failure of each reason, because that failure creates the series: judge by the state, which is a gauge.",
		"none", query{`sum by (` + by + `, reason) (increase(healthcheck_failures_total{` + picked + `}[$__rate_interval]))`, "{{" + by + "}}: {{reason}}"})
}

// requests returns two panels: requests by path and status, and answers by outcome.
func requests(by string) (requests, outcomes *timeseries.PanelBuilder) {
	requests = lines("Pollers: requests", "Answers in a second, by path and status.", "reqps",
		query{`sum by (` + by + `, handler, code) (rate(` + on("healthcheck_http_requests_total") + `[$__rate_interval]))`, "{{" + by + "}} {{handler}} {{code}}"})
	outcomes = lines("Pollers: answers by outcome", "hit: from memory. stale: from memory, its renewal under way. coalesced: joined a run. miss: started one.", "reqps",
		query{`sum by (` + by + `, outcome) (rate(` + on("healthcheck_cache_requests_total") + `[$__rate_interval]))`, "{{" + by + "}} {{outcome}}"})
	return requests, outcomes
}
