package server

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
)

// diff answers with what a reload would change, and which new or changed checks
// have not passed their first run. The status is 409 if there is such a check, or
// if the service would be failed, and else 200. Nothing is changed.
func (d *daemon) diff(w http.ResponseWriter, r *http.Request) {
	p, err := d.instance.Diff(r.Context())
	if err != nil {
		d.refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	status := http.StatusOK
	if len(p.Failing())+len(p.WouldFail) > 0 {
		status = http.StatusConflict
	}
	say(w, r, status, d.instance.Scrub(d.describe(r, p)))
}

// describe writes a line for each change, then what the first runs say.
func (d *daemon) describe(r *http.Request, p instance.Preview) string {
	if p.Empty() {
		return "no difference"
	}
	text := p.String()
	if all := len(p.First); all > 0 {
		failing := p.Failing()
		text += fmt.Sprintf("first runs: %d of %d passed\n", all-len(failing), all)
		report := collector.Report{Status: collector.Overall(failing), Results: failing}
		for line := range strings.Lines(string(httpapi.Render(r.Context(), report, httpapi.Options{Scrubber: d.instance.Collector().Scrubber()}, httpapi.FormatText))) {
			if strings.HasPrefix(line, "[") {
				text += line
			}
		}
	}
	if len(p.WouldFail) > 0 {
		text += "the reload would turn the service from healthy to failed: " + strings.Join(names(p.WouldFail), ", ")
	}
	return strings.TrimSuffix(text, "\n")
}

func names(results []*collector.Result) []string {
	all := make([]string, len(results))
	for i, r := range results {
		all[i] = r.Check
	}
	return all
}
