package cli

import (
	"io"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// runConfigSchema prints the JSON Schema of the configuration.
func runConfigSchema(stdout io.Writer) int {
	stdout.Write(config.Schema())
	return exitPassed
}
