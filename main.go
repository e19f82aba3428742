// Certificates with a negative serial number are invalid but in use; checks of
// their servers must not fail for it.
//
//go:debug x509negativeserial=1

// Command healthcheck_exporter runs the checks of a service once and serves the
// results to haproxy, Prometheus, Kubernetes and people.
//
// The command line is in internal/cli.
package main

import (
	"context"
	"os"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
