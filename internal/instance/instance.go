package instance

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// Options say which configuration is at work, and what the command line adds.
type Options struct {
	// ConfigFile is a file, a directory or a glob. Empty: the built-in default.
	ConfigFile string
	// Histogram is healthcheck_run_duration_seconds.
	Histogram collector.Histogram
	// HideOutput leaves out what the checks said from the reports of
	// [Instance.Public].
	HideOutput bool
	// Logger is told what is loaded and what changes. It must mask texts with
	// Scrubber.
	Logger log.Logger
	// Scrubber takes the rules of the configuration in use and learns its
	// secrets.
	Scrubber *scrub.Scrubber
}

// An Instance is one configuration at work. A reload replaces its inner parts
// and keeps the rest. It is safe for concurrent use.
type Instance struct {
	options   Options
	logger    log.Logger
	scrubber  *scrub.Scrubber
	runs      *Runs
	collector *collector.Collector
	buildInfo *envinfo.BuildInfo
	metrics   *configMetrics

	reloading sync.Mutex
	current   atomic.Pointer[answers]
}

// answers is what one configuration answers with.
type answers struct {
	config                      *config.Config
	health, public, environment http.Handler
}

// New loads the configuration for the first time.
func New(o Options) (*Instance, error) {
	i := &Instance{options: o, logger: o.Logger, scrubber: o.Scrubber, runs: NewRuns(), metrics: newConfigMetrics()}
	cfg, err := Load(o.ConfigFile, o.Scrubber)
	if err != nil {
		return nil, err
	}
	UseSecrets(o.Scrubber, cfg)
	options := cfg.Collector
	options.Histogram, options.Scrubber, options.Logger = o.Histogram, o.Scrubber, o.Logger
	i.collector, err = collector.New(options, i.runs.Owned(cfg.Checks)...)
	if err != nil {
		return nil, err
	}
	next, err := i.answer(cfg)
	if err != nil {
		return nil, err
	}
	i.buildInfo, err = envinfo.NewBuildInfo(EnvironmentOptions(cfg, o.Scrubber))
	if err != nil {
		return nil, err
	}
	i.install(next)
	return i, nil
}

// Reload loads the configuration again: parse, build, run what is new, swap.
// After an error the old one goes on as it was.
func (i *Instance) Reload(ctx context.Context) error {
	i.reloading.Lock()
	defer i.reloading.Unlock()
	err := i.tryReload(ctx)
	if err != nil {
		i.metrics.failed()
		level.Error(i.logger).Log("msg", "the configuration was not reloaded, the old one stays", "err", err)
	}
	return err
}

func (i *Instance) tryReload(ctx context.Context) error {
	cfg, err := Load(i.options.ConfigFile, i.scrubber)
	if err != nil {
		return err
	}
	restore := UseSecrets(i.scrubber, cfg) // Before what is new runs, and may show them.
	next, err := i.answer(cfg)
	if err != nil {
		restore()
		return err
	}
	limits := collector.Limits{Concurrency: cfg.Collector.Concurrency, MaxWait: cfg.Collector.MaxWait, StartupWait: cfg.Collector.StartupWait}
	change, err := i.collector.Prepare(ctx, i.runs.Owned(cfg.Checks), limits)
	if err != nil {
		restore()
		return err
	}
	if err := i.buildInfo.Set(EnvironmentOptions(cfg, i.scrubber)); err != nil {
		change.Abort()
		restore()
		return err
	}
	change.Commit()
	i.install(next)
	return nil
}

// install makes a configuration the current one.
func (i *Instance) install(next *answers) {
	i.current.Store(next)
	i.metrics.loaded(next.config)
	for _, warning := range next.config.Warnings {
		level.Warn(i.logger).Log("msg", "configuration", "warning", warning)
	}
	source := i.options.ConfigFile
	if source == "" {
		source = "built in"
	}
	level.Info(i.logger).Log("msg", "configuration loaded", "source", source, "checks", len(next.config.Checks))
	next.config.Checks = nil // They are the collector's now, and a second copy of thousands is memory.
}

// answer makes the handlers of a configuration.
func (i *Instance) answer(cfg *config.Config) (*answers, error) {
	next := &answers{config: cfg}
	options := HealthOptions(cfg, i.scrubber)
	if err := options.Validate(); err != nil {
		return nil, fmt.Errorf("healthcheck: %w", err)
	}
	next.health = httpapi.Healthcheck(i.collector, options)
	options.HideOutput = i.options.HideOutput
	next.public = httpapi.Healthcheck(i.collector, options)
	environment := EnvironmentOptions(cfg, i.scrubber)
	if _, err := envinfo.Labels(environment); err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	dump, err := envinfo.New(environment)
	if err != nil {
		return nil, err
	}
	next.environment = httpapi.Environment(dump, httpapi.EnvironmentOptions{Prefix: "/environment"})
	return next, nil
}
