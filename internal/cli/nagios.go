package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Nagios' own exit statuses.
const (
	nagiosOK       = 0
	nagiosWarning  = 1
	nagiosCritical = 2
	nagiosUnknown  = 3
)

// nagios writes a report as a plugin of Nagios does: one line, with the
// durations as performance data.
func nagios(report collector.Report) (line string, status int) {
	word := "OK"
	switch report.Status {
	case collector.StatusDegraded:
		word, status = "WARNING", nagiosWarning
	case collector.StatusFailed:
		word, status = "CRITICAL", nagiosCritical
	}
	var problems, data []string
	for _, r := range report.Results {
		switch {
		case r.State != collector.StatePassed:
			problems = append(problems, r.Check+": "+r.Output)
		case r.Warning != "":
			problems = append(problems, r.Check+": "+r.Warning)
		}
		data = append(data, fmt.Sprintf("'%s'=%.6fs", r.Check, r.Duration.Seconds()))
	}
	text := fmt.Sprintf("%d checks passed", len(report.Results))
	if report.Draining != "" {
		problems = append([]string{"draining: " + report.Draining}, problems...)
	}
	if len(problems) > 0 {
		text = strings.Join(problems, "; ")
	}
	line = word + " - " + nagiosText(text)
	if len(data) > 0 {
		line += " | " + strings.Join(data, " ")
	}
	return line, status
}

// nagiosText keeps a text from being read as performance data or as more lines.
func nagiosText(s string) string {
	return strings.NewReplacer("|", "/", "\n", "; ").Replace(s)
}

// nagiosFromJSON makes a report of the JSON of a running exporter.
func nagiosFromJSON(status int, body []byte) (string, int) {
	var answer struct {
		Status   string
		Error    json.RawMessage // a text where there is no report, or a section of that name
		Degraded bool
		Draining string
		Results  []struct {
			Checker, Output, State, Warning string
			Passed                          bool
			ResponseTime                    float64 `json:"response_time"`
		}
	}
	err := json.Unmarshal(body, &answer)
	var refusal string
	_ = json.Unmarshal(answer.Error, &refusal) // It stays empty where there is no such text.
	switch {
	case len(body) == 0 && status >= 200 && status <= 299:
		return fmt.Sprintf("OK - status %d", status), nagiosOK // A 204 has no body.
	case err == nil && answer.Status == "" && refusal != "":
		return "UNKNOWN - " + nagiosText(refusal), nagiosUnknown
	case err != nil || answer.Status == "":
		return fmt.Sprintf("UNKNOWN - status %d without a report", status), nagiosUnknown
	}
	report := collector.Report{Status: collector.StatusPassed, Draining: answer.Draining}
	switch {
	case answer.Status != "success":
		report.Status = collector.StatusFailed
	case answer.Degraded:
		report.Status = collector.StatusDegraded
	}
	for _, r := range answer.Results {
		state := collector.State(r.State)
		if state == "" {
			state = collector.StateFailed
			if r.Passed {
				state = collector.StatePassed
			}
		}
		report.Results = append(report.Results, &collector.Result{
			Check: r.Checker, Output: r.Output, State: state, Warning: r.Warning,
			Duration: time.Duration(r.ResponseTime * float64(time.Second)),
		})
	}
	return nagios(report)
}
