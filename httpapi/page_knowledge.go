package httpapi

import (
	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A knowledge is what a Reporter knows beyond its report. A
// [collector.Collector] knows all of it; another Reporter may know nothing.
type knowledge struct{ reporter Reporter }

// runs returns the last runs of a check, oldest first.
func (k knowledge) runs(check string) []collector.Run {
	if r, is := k.reporter.(interface {
		Runs(name string) []collector.Run
	}); is {
		return r.Runs(check)
	}
	return nil
}

// transitions returns the last changes of state of a check, oldest first.
func (k knowledge) transitions(check string) []collector.Transition {
	if r, is := k.reporter.(interface {
		Transitions(name string) []collector.Transition
	}); is {
		return r.Transitions(check)
	}
	return nil
}

// evidence returns what the last failed run of a check has left behind, and the
// first one of the present outage.
func (k knowledge) evidence(check string) (last, first *checks.Evidence) {
	if r, is := k.reporter.(interface {
		Evidence(name string) (last, first *checks.Evidence)
	}); is {
		return r.Evidence(check)
	}
	return nil, nil
}

// definition returns the definition of a check, or an empty one.
func (k knowledge) definition(check string) (def checks.Check) {
	if r, is := k.reporter.(interface {
		Definition(name string) (checks.Check, bool)
	}); is {
		def, _ = r.Definition(check)
	}
	return def
}
