package cli

import "github.com/healthcheck-exporter/healthcheck_exporter/httpapi"

// evidence returns what the last failed run of a check has recorded, one fact a
// line.
func (l *local) evidence(check string) []string {
	last, _ := l.collector.Evidence(check)
	return last.Lines()
}

// traces implements source.
func (l *local) traces() func(check string) []string { return l.evidence }

// traces implements source.
func (a *asker) traces() func(check string) []string { return a.last.evidence() }

// evidence returns a func that does the same with a running exporter's answer. The
// exporter leaves evidence out for clients that it does not trust.
func (a *answer) evidence() func(check string) []string {
	all := httpapi.DecodeEvidence(a.body)
	return func(check string) []string { return all[check].Lines() }
}
