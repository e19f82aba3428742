package httpapi

import (
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A summary is what the top of the page says in two seconds.
type summary struct {
	Status, Class, Sign string
	Counts              string
	TakesOut, Degrades  *nameList
	short               string // for the title of the page
}

func summarise(rep collector.Report) summary {
	var out, degrading []string
	failed, waiting, unknown := 0, 0, 0 // unknown: of those that take the instance out
	for _, r := range rep.Results {
		switch r.State {
		case collector.StateFailed:
			failed++
		case collector.StatePassed:
		default:
			waiting++
		}
		switch {
		case r.State == collector.StatePassed && r.Warning == "":
		case r.State == collector.StatePassed || !r.Counts():
			degrading = append(degrading, r.Check)
		default:
			out = append(out, r.Check)
			if notChecked(r) {
				unknown++
			}
		}
	}
	s := summary{Status: string(rep.Status), Class: "pass", Sign: "✓", TakesOut: first(out, maxNamed), Degrades: first(degrading, maxNamed)}
	switch {
	case rep.Draining != "":
		s.Status, s.Class, s.Sign = "drained", "fail", "✕"
	case unknown > 0 && unknown == len(out):
		s.Status, s.Class, s.Sign = "starting", "wait", "…"
	case rep.Status == collector.StatusFailed:
		s.Class, s.Sign = "fail", "✕"
	case rep.Status == collector.StatusDegraded:
		s.Class, s.Sign = "warn", "!"
	}
	s.Counts = fmt.Sprintf("%d of %d fail", failed, len(rep.Results))
	if failed == 0 {
		s.Counts = fmt.Sprintf("none of %d fails", len(rep.Results))
	}
	if waiting > 0 {
		s.Counts += fmt.Sprintf(", %d wait", waiting)
	}
	s.short = s.Status
	if failed > 0 && rep.Draining == "" {
		s.short = fmt.Sprintf("%d fail", failed)
	}
	return s
}

// notChecked reports whether a check has not had a result since the start.
func notChecked(r *collector.Result) bool {
	return r.State == collector.StateUnknown && r.Since.IsZero()
}
