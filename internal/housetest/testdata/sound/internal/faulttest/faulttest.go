// Package faulttest is for tests, so it may do what it wants.
package faulttest

import (
	"os"
	"testing"

	_ "github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Runs changes.
var Runs int

// Run ends the process.
func Run(t *testing.T) { Runs++; os.Exit(1) }
