package server

import (
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// maxNamed is how many checks a summary names.
const maxNamed = 3

// summary describes a report in one line: "7 of 9 passed, redis fails".
func summary(report collector.Report) string {
	var passed, unknown int
	var failing, lesser []string // Lesser ones do not count.
	for _, r := range report.Results {
		switch {
		case r.State == collector.StatePassed:
			passed++
		case r.State == collector.StateUnknown:
			unknown++
		case r.State != collector.StateFailed: // A skipped check waits for one that fails.
		case r.Counts():
			failing = append(failing, r.Check)
		case r.Muted != nil:
			lesser = append(lesser, r.Check+" (muted)")
		default:
			lesser = append(lesser, r.Check+" (optional)")
		}
	}
	parts := []string{fmt.Sprintf("%d of %d passed", passed, len(report.Results))}
	if len(report.Results) == 0 {
		parts = []string{"no checks"}
	}
	if all := append(failing, lesser...); len(all) > 0 {
		parts = append(parts, fails(all))
	}
	if unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d not known", unknown))
	}
	line := strings.Join(parts, ", ")
	if report.Draining != "" {
		line = "draining: " + report.Draining + "; " + line
	}
	return line
}

// fails says which checks fail. It names the first ones.
func fails(names []string) string {
	switch n := len(names); {
	case n == 1:
		return names[0] + " fails"
	case n <= maxNamed:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1] + " fail"
	default:
		return fmt.Sprintf("%s and %d more fail", strings.Join(names[:maxNamed-1], ", "), n-maxNamed+1)
	}
}
