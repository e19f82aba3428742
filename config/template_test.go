package config_test

import (
	"net/http"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestTemplatesWriteTheBodies(t *testing.T) {
	c := load(t, `checks: []
healthcheck:
  format: template
  success_template: "UP {{len .Results}}{{range .Results}} {{.Check}}={{json .Output}}{{end}}"
  failed_template: "{{if .Draining}}DRAINING {{.Draining}}{{else}}DOWN{{end}}"
views:
  json: {format: json}
  html: {format: template, success_template: "<b>UP</b>", failed_template: "<b>DOWN</b>", content_type: text/html}
`)
	report := collector.Report{Status: collector.StatusPassed, Results: []*collector.Result{{Check: "a", Output: `said "no"`, State: collector.StatePassed}}}
	failed := collector.Report{Status: collector.StatusFailed, Draining: "deploy"}
	for _, row := range []struct {
		answer            httpapi.Answer
		report            collector.Report
		want, contentType string
	}{
		{c.Healthcheck.Success, report, `UP 1 a="said \"no\""`, "text/plain; charset=utf-8"},
		{c.Healthcheck.Failed, failed, "DRAINING deploy", "text/plain; charset=utf-8"},
		{c.Views[0].Options.Success, report, "<b>UP</b>", "text/html"},
	} {
		body, err := row.answer.Body(row.report)
		if err != nil || string(body) != row.want || row.answer.Header.Get("Content-Type") != row.contentType {
			t.Errorf("body %q (%v) of type %q, want %q of type %q", body, err, row.answer.Header.Get("Content-Type"), row.want, row.contentType)
		}
	}
	o := c.Views[1].Options
	if o.Success.Body != nil || o.Failed.Body != nil || o.Format != httpapi.FormatJSON || o.Success.Header.Get("Content-Type") != "" {
		t.Errorf("the view with format json has templates or their type: %+v", o.Success)
	}
	if h := (http.Header{}); h.Get("Content-Type") != c.Views[1].Options.Failed.Header.Get("Content-Type") {
		t.Errorf("the failed answer of the view with format json has the type %q", c.Views[1].Options.Failed.Header)
	}
}
