// Command sound breaks no rule, near as it comes to some.
package main

import (
	"flag"
	"os"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

var verbose bool

func main() {
	flag.BoolVar(&verbose, "v", false, "say more")
	flag.Parse()
	collector.Collect()
	os.Exit(0)
}
