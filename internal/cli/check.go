package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// nagiosUnknown is the exit status of a Nagios plugin that could not check.
const nagiosUnknown = 3

// runCheck runs the checks once, or asks a running exporter for them. A signal
// also ends the processes and connections that the checks have started.
func runCheck(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal(ctx)
	defer stop()
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
	lifetimes := onlyOnce
	if f.checkOutput == "json" || f.checkOutput == "nagios" {
		lifetimes = nil // They show when a result expires.
	}
	l, err := newLocal(f, lifetimes)
	if err != nil {
		return exitMisuse, err
	}
	defer l.end()
	if f.checkOutput == "text" {
		return l.stream(ctx, f, c)
	}
	return l.document(ctx, f, c)
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
