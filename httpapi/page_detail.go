package httpapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A detail is the page of one check.
type detail struct {
	pageFrame
	Check   pageCheck
	Rows    []pageRow
	Values  []pageRow
	Queries []pageRow
}

// A pageRow is a name with a value, which may be a time or a link.
type pageRow struct{ Name, Value, At, Href string }

func (p *pages) detail(rep collector.Report, r *collector.Result) detail {
	d := detail{Check: newPageCheck(r, rep.Time), Queries: queries(r)}
	d.pageFrame = p.frame(rep, d.Check.State+" · "+r.Check, "../")
	d.Rows = rows(r, rep.Time)
	for _, v := range r.Values {
		d.Values = append(d.Values, pageRow{Name: v.Name, Value: measured(v)})
	}
	return d
}

func rows(r *collector.Result, now time.Time) []pageRow {
	var all []pageRow
	add := func(name, value string) {
		if value != "" {
			all = append(all, pageRow{Name: name, Value: value})
		}
	}
	at := func(name string, t time.Time) {
		if m := moment(t, now); m != nil {
			all = append(all, pageRow{Name: name, Value: m.Ago + " ago, " + t.UTC().Format(time.DateTime) + " UTC", At: m.At})
		}
	}
	add("description", r.Description)
	if r.Runbook != "" {
		all = append(all, pageRow{Name: "runbook", Value: r.Runbook, Href: r.Runbook})
	}
	if r.State != collector.StatePassed {
		add("reason", string(r.Reason))
	}
	add("waits for", strings.Join(r.Cause, ", "))
	if r.Threshold > 0 {
		add("threshold", thresholdNote(r))
	}
	at("in this state since", r.Since)
	at("last success", r.LastSuccess)
	at("checked", r.Time)
	add("next run", strings.TrimPrefix(next(r, now), "next "))
	add("duration", took(r.Duration))
	add("type", r.Type)
	add("severity", string(r.Severity))
	add("tags", strings.Join(r.Tags, ", "))
	add("labels", strings.Join(labelsOf(r), ", "))
	if r.Optional {
		add("optional", "a failure degrades, and takes no instance out")
	}
	return all
}

// measured writes a value in the unit that its name ends in.
func measured(v collector.Value) string {
	text := strconv.FormatFloat(v.Value, 'g', 6, 64)
	switch {
	case strings.HasSuffix(v.Name, "_timestamp_seconds"):
		return time.Unix(int64(v.Value), 0).UTC().Format(time.DateTime) + " UTC"
	case strings.HasSuffix(v.Name, "_seconds"):
		return text + " s"
	case strings.HasSuffix(v.Name, "_ratio"):
		return fmt.Sprintf("%.1f %%", 100*v.Value)
	case strings.HasSuffix(v.Name, "_bytes"):
		return fmt.Sprintf("%s (%.1f MiB)", strconv.FormatFloat(v.Value, 'f', -1, 64), v.Value/(1<<20))
	}
	return text
}

// queries are PromQL for the series of a check, ready to copy.
func queries(r *collector.Result) []pageRow {
	check := "{check=" + strconv.Quote(r.Check) + "}"
	all := []pageRow{
		{Name: "state over time", Value: "healthcheck_state" + check},
		{Name: "availability over 30 days", Value: "avg_over_time(healthcheck_state" + check + "[30d])"},
		{Name: "changes in a day", Value: "changes(healthcheck_state" + check + "[1d])"},
		{Name: "duration", Value: "healthcheck_duration_seconds" + check},
		{Name: "why it fails", Value: "healthcheck_failure_info" + check},
	}
	if len(r.Values) > 0 {
		all = append(all, pageRow{Name: "what it measures", Value: "healthcheck_value" + check})
	}
	return all
}
