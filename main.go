// Command healthcheck_exporter checks what a service depends on once, and
// answers haproxy, Prometheus, Kubernetes and people from that.
//
// This file and its neighbours are the top floor: flags, logger, wiring,
// signals. Each subcommand has a file of its own, named after it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// Exit statuses. Those of check --output=nagios are Nagios' own.
const (
	exitPassed = 0
	exitFailed = 1
	exitMisuse = 2
)

func main() {
	ignoreBrokenPipes()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run does what the command line says and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	app, f := newApplication()
	done := false
	app.UsageWriter(stdout).ErrorWriter(stderr)
	app.Terminate(func(int) { done = true }) // --help and --version: parsing goes on.
	command, err := app.Parse(args)
	if done {
		return exitPassed
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v, try --help\n", programName, err)
		return exitMisuse
	}
	switch command {
	case "check":
		return runCheck(ctx, f, stdout, stderr)
	case "config check":
		return runConfigCheck(f, stdout, stderr)
	case "config show":
		return runConfigShow(f, stdout, stderr)
	case "config default":
		return runConfigDefault(stdout)
	case "config types":
		return runConfigTypes(f, stdout, stderr)
	case "environment":
		return runEnvironment(ctx, f, stdout, stderr)
	}
	return runServe(ctx, f, stderr)
}
