package cli

// The exit statuses.
const (
	ExitPassed      = exitPassed
	ExitFailed      = exitFailed
	ExitMisuse      = exitMisuse
	ExitUnreachable = exitUnreachable
	NagiosUnknown   = nagiosUnknown
)

// Validate reports what is wrong with flags beyond their form.
func Validate(args ...string) error {
	app, f := newApplication()
	app.Terminate(nil)
	if _, err := app.Parse(args); err != nil {
		return err
	}
	return f.validate()
}
