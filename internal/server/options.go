package server

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
)

// Options say how the exporter serves. They are not checked again: the command
// line has done that.
type Options struct {
	Instance instance.Options
	Listen   listen.Options
	Logging  logging.Logging
	// Queue is what Logging writes to. It is closed before the checks are
	// ended, so that what the exporter does to them is not logged as a failure.
	Queue *logging.Queue

	// WebConfigFile is exporter-toolkit's file with TLS and authentication for
	// the web listeners. Empty: neither.
	WebConfigFile string
	// TelemetryPath is the path of the metrics, for which [FreePath] is true.
	TelemetryPath string
	// ExporterMetrics adds go_* and process_*.
	ExporterMetrics bool
	// EnvironmentAllowRemote shows /environment to everybody.
	EnvironmentAllowRemote bool
	// EnvironmentDeny takes no client for local: /environment and the lifecycle
	// requests want authentication.
	EnvironmentDeny bool
	// Lifecycle allows POST to /-/reload, /-/drain and /-/undrain.
	Lifecycle bool
	// LifecycleHosts are names that the Host of such a request may have, beside
	// addresses and loopback names.
	LifecycleHosts []string
	// Pprof serves profiles below /debug/pprof/.
	Pprof bool
	// AgentWeight is the percentage for haproxy while degraded, 1 to 100.
	AgentWeight int
	// ShutdownDelay is how long to serve, drained, after SIGTERM.
	ShutdownDelay time.Duration
}

// FreePath reports whether the metrics can have path p: a plain path that no
// other route has.
func FreePath(p string) bool {
	if !strings.HasPrefix(p, "/") || p == "/" || path.Clean(p) != strings.TrimSuffix(p, "/") || (&url.URL{Path: p}).String() != p {
		return false
	}
	return !slices.ContainsFunc([]string{"/healthcheck/", "/environment/", "/heartbeat/", "/-/", "/debug/pprof/"}, func(taken string) bool {
		return strings.HasPrefix(p+"/", taken)
	})
}
