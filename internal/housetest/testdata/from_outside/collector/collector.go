// Package collector links a parser without knowing it.
package collector

import (
	_ "net/http/pprof"

	_ "github.com/healthcheck-exporter/healthcheck_exporter/checks"
)
