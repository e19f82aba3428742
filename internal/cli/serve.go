package cli

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/notify"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// runServe serves until a signal ends it.
func runServe(ctx context.Context, f *flags, stderr io.Writer) int {
	scrubber := scrub.New(scrub.Rules{})
	queue := logging.NewQueue(stderr)
	defer queue.Flush(server.ShutdownLimit)
	l := logging.New(queue, logging.Options{Level: f.logLevel, Format: f.logFormat, Scrub: scrubber.Text})
	manager, err := notify.Find(takeVariable)
	if err != nil {
		level.Warn(l.Logger).Log("msg", "systemd does not get every message", "err", err)
	}
	status := exitMisuse
	if err = f.validate(); err == nil {
		o := f.serverOptions(l, queue, scrubber)
		o.Manager, status = manager, exitFailed
		err = server.Run(ctx, o)
	}
	if err == nil {
		return exitPassed
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	_ = manager.Tell(notify.Status("cannot serve: " + scrubber.Text(first))) // The log has all of it.
	for line := range strings.SplitSeq(err.Error(), "\n") {
		level.Error(l.Logger).Log("msg", "cannot serve", "err", line)
	}
	return status
}

// takeVariable returns a variable of the environment and removes it.
func takeVariable(name string) string {
	defer os.Unsetenv(name)
	return os.Getenv(name)
}

func (f *flags) serverOptions(l logging.Logging, queue *logging.Queue, scrubber *scrub.Scrubber) server.Options {
	histogram := collector.HistogramOff
	if f.histogram != "off" {
		histogram = collector.Histogram(f.histogram)
	}
	return server.Options{
		Instance: instance.Options{
			ConfigFile: f.configFile, Histogram: histogram, HideOutput: f.healthHideOutput,
			Needs: instance.Needs{TelemetryPath: f.telemetryPath}, RefuseFailing: f.refuseFailing,
			Logger: l.Logger, Scrubber: scrubber,
		},
		Listen:  f.listenOptions(),
		Logging: l, Queue: queue,
		WebConfigFile: *f.web.WebConfigFile, TelemetryPath: f.telemetryPath, ExporterMetrics: !f.disableExporterMetrics,
		EnvironmentAllowRemote: f.environmentAllowRemote, EnvironmentDeny: f.environmentDeny,
		Lifecycle: f.enableLifecycle, LifecycleHosts: f.lifecycleHosts, Pprof: f.enablePprof, PrometheusURL: f.prometheusURL,
		Watch: f.configWatch, AgentWeight: f.agentWeight, ShutdownDelay: f.shutdownDelay, StateDirectory: f.serveState(),
	}
}

func (f *flags) listenOptions() listen.Options {
	o := listen.Options{
		Systemd: *f.web.WebSystemdSocket, DefaultWeb: defaultAddress,
		Health: f.healthAddresses, Agent: f.agentAddresses,
		Admin: f.givenSocket(), DefaultAdmin: f.serveSocket(), MaxConnections: f.maxConnections,
	}
	if f.webAddressGiven {
		o.Web = *f.web.WebListenAddresses
	}
	return o
}
