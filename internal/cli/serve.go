package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-kit/log/level"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// runServe serves until a signal ends it.
func runServe(ctx context.Context, f *flags, stderr io.Writer) int {
	scrubber := scrub.New(scrub.Rules{})
	queue := logging.NewQueue(stderr)
	defer queue.Flush(server.ShutdownLimit)
	l := logging.New(queue, logging.Options{Level: f.logLevel, Format: f.logFormat, Scrub: scrubber.Text})
	err := f.validate()
	if err == nil {
		err = server.Run(ctx, f.serverOptions(l, queue, scrubber))
	}
	if err == nil {
		return exitPassed
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		level.Error(l.Logger).Log("msg", "cannot serve", "err", line)
	}
	return exitFailed
}

// validate returns all faults of the flags that parsing alone does not find.
func (f *flags) validate() error {
	var errs []error
	fault := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if f.maxConnections < 1 {
		fault("--web.max-connections: %d, want at least 1", f.maxConnections)
	}
	if f.agentWeight < 1 || f.agentWeight > 100 {
		fault("--agent.degraded-weight: %d, want 1 to 100", f.agentWeight)
	}
	if f.shutdownDelay < 0 {
		fault("--shutdown.delay: %v, want 0s or more", f.shutdownDelay)
	}
	if !server.FreePath(f.telemetryPath) {
		fault("--web.telemetry-path: %q, want a path of its own such as /metrics", f.telemetryPath)
	}
	if f.environmentDeny && f.environmentAllowRemote {
		fault("--environment.deny: does not go with --environment.allow-remote")
	}
	if err := server.ValidateWebConfig(*f.web.WebConfigFile); err != nil {
		fault("--web.config.file: %w", err)
	} else if err := web.Validate(*f.web.WebConfigFile); err != nil {
		fault("--web.config.file: %w", err)
	}
	return errors.Join(errs...)
}

func (f *flags) serverOptions(l logging.Logging, queue *logging.Queue, scrubber *scrub.Scrubber) server.Options {
	histogram := collector.HistogramOff
	if f.histogram != "off" {
		histogram = collector.Histogram(f.histogram)
	}
	return server.Options{
		Instance: instance.Options{
			ConfigFile: f.configFile, Histogram: histogram, HideOutput: f.healthHideOutput,
			Logger: l.Logger, Scrubber: scrubber,
		},
		Listen: listen.Options{
			Web: *f.web.WebListenAddresses, Systemd: *f.web.WebSystemdSocket,
			Health: f.healthAddresses, Agent: f.agentAddress, Admin: f.serveSocket(), MaxConnections: f.maxConnections,
		},
		Logging: l, Queue: queue,
		WebConfigFile: *f.web.WebConfigFile, TelemetryPath: f.telemetryPath, ExporterMetrics: !f.disableExporterMetrics,
		EnvironmentAllowRemote: f.environmentAllowRemote, EnvironmentDeny: f.environmentDeny,
		Lifecycle: f.enableLifecycle, LifecycleHosts: f.lifecycleHosts, Pprof: f.enablePprof,
		AgentWeight: f.agentWeight, ShutdownDelay: f.shutdownDelay,
	}
}
