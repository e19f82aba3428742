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
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/notify"
)

// Options say how the exporter serves. They are not validated here: the command
// line has validated them.
type Options struct {
	Instance instance.Options
	Listen   listen.Options
	Logging  logging.Logging
	// Queue is the destination of Logging. It is closed before the checks are
	// stopped, so that their cancellation is not logged as a failure.
	Queue *logging.Queue

	// Manager receives readiness, status and watchdog messages. Nil means that no
	// service manager started the exporter.
	Manager *notify.Manager

	// WebConfigFile is exporter-toolkit's file with TLS and authentication for
	// the web listeners. Empty: neither.
	WebConfigFile string
	// TelemetryPath is the path of the metrics. [FreePath] must be true for it,
	// and no view can have it.
	TelemetryPath string
	// ExporterMetrics adds go_* and process_*.
	ExporterMetrics bool
	// EnvironmentAllowRemote shows /environment to everybody.
	EnvironmentAllowRemote bool
	// EnvironmentDeny treats no client as local: /environment and the lifecycle
	// requests require authentication.
	EnvironmentDeny bool
	// StateDirectory is where drain, mutes and results are kept over a restart.
	// Empty: nowhere.
	StateDirectory string
	// Lifecycle allows POST to the paths of the actions, such as /-/reload.
	Lifecycle bool
	// LifecycleHosts are the names that the Host header of a lifecycle request may
	// contain, besides addresses and loopback names.
	LifecycleHosts []string
	// PrometheusURL is the address of a Prometheus that the pages link to. Empty:
	// they show their queries as text.
	PrometheusURL string
	// Pprof serves profiles below /debug/pprof/.
	Pprof bool
	// AgentWeight is the percentage for haproxy while degraded, 1 to 100.
	AgentWeight int
	// Watch reloads the configuration whenever its content changes.
	Watch bool
	// ShutdownDelay is how long to serve, drained, after SIGTERM.
	ShutdownDelay time.Duration
}

// FreePath reports whether the metrics can be served at p, which must be a plain
// path that no other route uses.
func FreePath(p string) bool {
	if !strings.HasPrefix(p, "/") || p == "/" || path.Clean(p) != strings.TrimSuffix(p, "/") || (&url.URL{Path: p}).String() != p {
		return false
	}
	return !slices.ContainsFunc([]string{"/checks/", "/healthcheck/", "/environment/", "/heartbeat/", "/-/", "/debug/"}, func(taken string) bool {
		return strings.HasPrefix(p+"/", taken)
	})
}
