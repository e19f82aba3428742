package httpapi

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A pageQuery is a query for Prometheus, ready to copy or to follow.
type pageQuery struct{ Name, PromQL, Href string }

// query returns a query, with a link if the address of Prometheus is known.
func (p *pages) query(name, promQL string) pageQuery {
	q := pageQuery{Name: name, PromQL: promQL}
	if base := strings.TrimSuffix(p.o.PrometheusURL, "/"); base != "" {
		q.Href = base + "/graph?" + url.Values{"g0.expr": {promQL}, "g0.tab": {"1"}}.Encode()
	}
	return q
}

// fleet are queries that show this exporter among all others.
func (p *pages) fleet() []pageQuery {
	return []pageQuery{
		p.query("instances that are not healthy", "healthcheck_healthy == 0"),
		p.query("what fails where", "healthcheck_failure_info"),
		p.query("checks by the number of instances on which they fail", "sort_desc(count by (check) (healthcheck_state == 0))"),
	}
}

// queries are about the series of one check.
func (p *pages) queries(r *collector.Result) []pageQuery {
	check := "{check=" + strconv.Quote(r.Check) + "}"
	all := []pageQuery{
		p.query("state over time", "healthcheck_state"+check),
		p.query("availability over 30 days", "avg_over_time(healthcheck_state"+check+"[30d])"),
		p.query("changes in a day", "changes(healthcheck_state"+check+"[1d])"),
		p.query("failed runs in an hour", "increase(healthcheck_failures_total"+check+"[1h])"),
		p.query("duration", "healthcheck_duration_seconds"+check),
		p.query("why it fails, on every instance", "healthcheck_failure_info"+check),
	}
	if len(r.Values) > 0 {
		all = append(all, p.query("what it measures", "healthcheck_value"+check))
	}
	return all
}
