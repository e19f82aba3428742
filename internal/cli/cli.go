package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
)

// Exit statuses. The command check --output=nagios uses the exit statuses of
// Nagios.
const (
	exitPassed = 0
	exitFailed = 1
	exitMisuse = 2
)

// Run executes the command line and returns the exit status.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	logging.CatchBrokenPipes()
	app, f := newApplication()
	done, exit := false, exitPassed
	app.UsageWriter(steady{stdout}).ErrorWriter(steady{stderr})
	args = completing(args)
	app.Terminate(func(status int) { // --help and --version: parsing goes on.
		if done = true; status != 0 {
			exit = exitMisuse // help of an unknown command
		}
	})
	line := newCommandLine(app, args)
	command, err := app.Parse(args)
	if done {
		return exit
	}
	if fault := line.fault(); fault != nil {
		err = fault
	} else if err != nil {
		err = line.explain(err)
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v (try --help)\n", programName, err)
		return exitMisuse
	}
	return execute(ctx, command, f, stdout, stderr)
}

// A steady writer never fails: kingpin panics when a write of its help fails, as
// with "--help | head -1".
type steady struct{ io.Writer }

// Write implements [io.Writer].
func (s steady) Write(b []byte) (int, error) {
	_, _ = s.Writer.Write(b)
	return len(b), nil
}

// execute executes a subcommand.
func execute(ctx context.Context, command string, f *flags, stdout, stderr io.Writer) int {
	switch command {
	case "check":
		return runCheck(ctx, f, stdout, stderr)
	case "config check":
		return runConfigCheck(f, stdout, stderr)
	case "config show":
		return runConfigShow(f, stdout, stderr)
	case "config default":
		return runConfigDefault(stdout)
	case "config init":
		return runConfigInit(f, stdout, stderr)
	case "config schema":
		return runConfigSchema(stdout)
	case "config types":
		return runConfigTypes(f, stdout, stderr)
	case "drain":
		return runDrain(ctx, f, stdout, stderr)
	case "undrain", "reload":
		return runAdmin(ctx, f, command, nil, stdout, stderr)
	case "mute":
		return runMute(ctx, f, stdout, stderr)
	case "unmute":
		return runAdmin(ctx, f, "unmute", url.Values{"check": {f.mutedCheck}}, stdout, stderr)
	case "diff", "config diff":
		return runDiff(ctx, f, stdout, stderr)
	case "run":
		return runRun(ctx, f, stdout, stderr)
	case "status":
		return runStatus(ctx, f, stdout, stderr)
	case "history":
		return runHistory(ctx, f, stdout, stderr)
	case "environment":
		return runEnvironment(ctx, f, stdout, stderr)
	}
	return runServe(ctx, f, stderr)
}
