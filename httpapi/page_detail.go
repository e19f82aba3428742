package httpapi

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A detail is the page of one check.
type detail struct {
	pageFrame
	Check    pageCheck
	Causes   []pageCheck // the failed checks that this one waits for
	RunNow   string
	Before   *pageBefore
	Chart    *pageChart
	Evidence []pageEvidence
	Changes  []pageChange
	Values   []pageValue
	Limited  bool // some of the values have limits
	Rows     []pageRow
	Settings string
	Queries  []pageQuery
}

// A pageRow is a name with a value of one kind: a text, a moment, a link, checks
// or code.
type pageRow struct {
	Name, Value, Href, Code string
	Moment                  *pageMoment
	Checks                  []pageCheck
}

func (p *pages) detail(rep collector.Report, r *collector.Result, req *http.Request) *detail {
	d := &detail{Check: newPageCheck(r), Queries: p.queries(r)}
	d.Check.describe(r, rep.Time)
	d.pageFrame = p.frame(rep, d.Check.State+" · "+r.Check, r.Check)
	for _, cause := range rep.Results {
		if slices.Contains(r.Cause, cause.Check) {
			d.Causes = append(d.Causes, newPageCheck(cause))
		}
	}
	def := p.known.definition(r.Check)
	d.Chart = newChart(p.known.runs(r.Check), def.Timeout, rep.Time)
	d.Changes = newChanges(p.known.transitions(r.Check), rep.Time)
	d.Rows = p.rows(rep, r, def)
	if r.State == collector.StateFailed {
		d.Before = p.before(r.Since)
	}
	d.Values = measurements(r, def)
	d.Limited = slices.ContainsFunc(d.Values, func(v pageValue) bool { return v.Warn != "" || v.Fail != "" })
	if p.o.RunNow != nil && def.Receiver == nil {
		if path := p.o.RunNow(req); path != "" {
			d.RunNow = strings.TrimSuffix(path, "/") + "/" + r.Check
		}
	}
	trusted := p.trusted(req)
	d.Check.ByHand = p.byHand(r, trusted)
	if trusted {
		d.Evidence = newEvidence(p.known.evidence(r.Check))
		if p.o.Settings != nil {
			d.Settings = p.o.Settings(r.Check)
		}
	}
	return d
}

// rows returns the definition of a check, and the times of its result.
func (p *pages) rows(rep collector.Report, r *collector.Result, def checks.Check) []pageRow {
	var all []pageRow
	add := func(name, value string) {
		if value != "" {
			all = append(all, pageRow{Name: name, Value: value})
		}
	}
	at := func(name string, t time.Time) {
		if m := moment(t, rep.Time); m != nil {
			all = append(all, pageRow{Name: name, Moment: m})
		}
	}
	list := func(name string, has func(check string) bool) {
		row := pageRow{Name: name}
		for _, r := range rep.Results {
			if has(r.Check) {
				row.Checks = append(row.Checks, newPageCheck(r))
			}
		}
		if row.Checks != nil {
			all = append(all, row)
		}
	}
	at("in this state since", r.Since)
	at("last success", r.LastSuccess)
	at("checked", r.Time)
	list("depends on", func(name string) bool { return slices.Contains(def.DependsOn, name) })
	list("needed by", func(name string) bool { return slices.Contains(p.known.definition(name).DependsOn, r.Check) })
	add("type", r.Type)
	add("timeout", took(def.Timeout))
	add("severity", string(r.Severity))
	add("tags", strings.Join(r.Tags, ", "))
	add("labels", strings.Join(labelsOf(r), ", "))
	if r.Optional {
		add("optional", "a failure degrades, and takes no instance out")
	}
	return all
}
