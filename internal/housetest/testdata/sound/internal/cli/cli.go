// Package cli has the flags, as only it may.
package cli

import (
	"flag"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

var verbose bool

// Run does what the command line says.
func Run() {
	flag.BoolVar(&verbose, "v", false, "say more")
	flag.Parse()
	collector.Collect()
}
