// Command sound breaks no rule, near as it comes to some.
package main

import (
	"os"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func main() {
	cli.Run()
	os.Exit(0)
}
