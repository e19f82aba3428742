package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// nagiosUnknown is the exit status of a Nagios plugin that could not check.
const nagiosUnknown = 3

// runCheck runs the checks once, or asks a running exporter for them. A signal
// also ends the processes and connections that the checks have started.
func runCheck(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal(ctx)
	defer stop()
	if err := f.validateCheck(); err != nil {
		fmt.Fprintln(stderr, err)
		return exitMisuse
	}
	ask := checkHere
	if f.checkURL != "" {
		ask = checkThere
	}
	status, err := ask(ctx, f, f.newConsole(stdout, stderr))
	if err == nil {
		return status
	}
	if f.checkOutput == "nagios" {
		fmt.Fprintf(stdout, "UNKNOWN - %s\n", httpapi.NagiosText(err.Error()))
		return nagiosUnknown
	}
	fmt.Fprintln(stderr, err)
	return cmp.Or(status, exitMisuse)
}

// checkHere runs the checks of the configuration in this process.
func checkHere(ctx context.Context, f *flags, c *console) (int, error) {
	l, err := newLocal(f, f.lifetimes())
	if err != nil {
		return exitMisuse, err
	}
	defer l.end()
	c.evidence, c.why = l.evidence, l.why
	switch {
	case f.watchResults:
		return f.watch(ctx, l, terminal.Line(cmp.Or(f.configFile, "built-in configuration")), c)
	case f.wait > 0:
		l.names = nil // A failed dependency cannot get better by waiting either.
		return f.waitFor(ctx, l, c)
	case f.checkOutput == "text":
		return l.stream(ctx, f, c)
	}
	return l.document(ctx, f, c)
}

// lifetimes says how long results are kept; nil: as configured.
func (f *flags) lifetimes() func(*checks.Check) {
	switch {
	case f.watchResults:
		return watchLifetimes
	case f.wait > 0:
		return waitLifetimes
	case f.checkOutput == "json", f.checkOutput == "nagios":
		return nil // They show when a result expires.
	}
	return onlyOnce
}

// validateCheck returns all faults of the flags of check that parsing alone does
// not find.
func (f *flags) validateCheck() error {
	var errs []error
	if f.wait > 0 && f.checkOutput == "nagios" {
		errs = append(errs, errors.New("--wait: cannot be combined with --output=nagios, whose exit statuses are fixed"))
	}
	if f.watchResults && (f.wait > 0 || f.checkOutput != "text") {
		errs = append(errs, errors.New("--watch: cannot be combined with --wait or --output"))
	}
	if f.checkURL == "" && (f.urlCAFile != "" || f.urlInsecure) {
		errs = append(errs, errors.New("--url.ca-file and --url.insecure-skip-verify: need --url"))
	}
	return errors.Join(errs...)
}

// exitStatus is the exit status for the status of a report.
func exitStatus(s collector.Status) int {
	if s == collector.StatusFailed {
		return exitFailed
	}
	return exitPassed
}

// printBody prints a body so that it ends in one newline.
func printBody(w io.Writer, body []byte) {
	fmt.Fprintf(w, "%s\n", bytes.TrimRight(body, "\n"))
}
