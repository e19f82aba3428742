package cli

import (
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// The exit statuses.
const (
	ExitPassed    = exitPassed
	ExitFailed    = exitFailed
	ExitMisuse    = exitMisuse
	NagiosUnknown = nagiosUnknown
)

// Nagios is the line of --output=nagios with its exit status.
func Nagios(r collector.Report) (line string, status int) { return nagios(r) }

// Validate reports what is wrong with flags beyond their form.
func Validate(args ...string) error {
	app, f := newApplication()
	app.Terminate(nil)
	if _, err := app.Parse(args); err != nil {
		return err
	}
	return f.validate()
}
