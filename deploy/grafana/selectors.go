package main

import "strings"

// Series are chosen by the variables at the top of each dashboard.
const (
	// exporters chooses the series of an exporter, such as healthcheck_healthy.
	exporters = `job=~"$job", instance=~"$instance"`
	// picked chooses the series of a check, such as healthcheck_state.
	picked = exporters + `, check=~"$check"`
	// info has one series for each chosen check, with its settings as labels.
	// tags is ",a,b,". topk keeps one of several collectors in one process.
	info = `topk by (job, instance, check) (1, healthcheck_check_info{` + picked + `, team=~"$team", tags=~"(.*,)?($tag)(,.*)?"})`
)

// of returns the chosen series of a metric of a check. Further matchers follow.
func of(metric string, matchers ...string) string {
	return metric + "{" + strings.Join(append([]string{picked}, matchers...), ", ") + "} and on (job, instance, check) " + info
}

// on returns the chosen series of a metric of an exporter.
func on(metric string) string { return metric + "{" + exporters + "}" }
