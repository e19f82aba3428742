package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/common/version"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// An instance is one configuration at work: what a file says, made into the
// parts that answer. A reload replaces its inner parts and keeps the rest.
type instance struct {
	flags     *flags
	logger    log.Logger
	secrets   *secrets
	runs      *runs
	collector *collector.Collector
	buildInfo *envinfo.BuildInfo
	metrics   *configMetrics

	reloading sync.Mutex
	current   atomic.Pointer[answers]
}

// answers is what one configuration answers with.
type answers struct {
	config         *config.Config
	dump           *envinfo.Dump
	health, public http.Handler // public: on the addresses of --health.listen-address
}

// newInstance loads the configuration for the first time.
func newInstance(f *flags, logger log.Logger, s *secrets) (*instance, error) {
	i := &instance{flags: f, logger: logger, secrets: s, runs: newRuns(), metrics: newConfigMetrics()}
	cfg, err := config.Load(f.configFile, s.learn)
	if err != nil {
		return nil, err
	}
	s.use(cfg)
	histogram := collector.Histogram(f.histogram)
	if f.histogram == "off" {
		histogram = collector.HistogramOff
	}
	i.collector, err = collector.New(collector.Options{
		Concurrency: cfg.Concurrency, MaxWait: cfg.MaxWait, Histogram: histogram,
		Scrub: s.text, Logger: logger,
	}, i.runs.owned(cfg.Checks)...)
	if err != nil {
		return nil, err
	}
	next, err := i.answer(cfg)
	if err != nil {
		return nil, err
	}
	i.buildInfo, err = envinfo.NewBuildInfo(environmentOptions(cfg, s))
	if err != nil {
		return nil, err
	}
	i.install(next)
	return i, nil
}

// reload loads the configuration again: parse, build, run what is new, swap.
// After an error the old one goes on as it was.
func (i *instance) reload(ctx context.Context) error {
	i.reloading.Lock()
	defer i.reloading.Unlock()
	err := i.tryReload(ctx)
	if err != nil {
		i.metrics.failed()
		level.Error(i.logger).Log("msg", "the configuration was not reloaded, the old one stays", "err", err)
	}
	return err
}

func (i *instance) tryReload(ctx context.Context) error {
	cfg, err := config.Load(i.flags.configFile, i.secrets.learn)
	if err != nil {
		return err
	}
	restore := i.secrets.use(cfg) // Before what is new runs, and may show them.
	next, err := i.answer(cfg)
	if err != nil {
		restore()
		return err
	}
	limits := collector.Limits{Concurrency: cfg.Concurrency, MaxWait: cfg.MaxWait}
	change, err := i.collector.Prepare(ctx, i.runs.owned(cfg.Checks), limits)
	if err != nil {
		restore()
		return err
	}
	if err := i.buildInfo.Set(environmentOptions(cfg, i.secrets)); err != nil {
		change.Abort()
		restore()
		return err
	}
	change.Commit()
	i.install(next)
	return nil
}

// install makes a configuration the current one.
func (i *instance) install(next *answers) {
	i.current.Store(next)
	i.metrics.loaded(next.config)
	for _, warning := range next.config.Warnings {
		level.Warn(i.logger).Log("msg", "configuration", "warning", warning)
	}
	source := i.flags.configFile
	if source == "" {
		source = "built in"
	}
	level.Info(i.logger).Log("msg", "configuration loaded", "source", source, "checks", len(next.config.Checks))
	next.config.Checks = nil // They are the collector's now, and a second copy of thousands is memory.
}

// answer makes the handlers of a configuration.
func (i *instance) answer(cfg *config.Config) (*answers, error) {
	next := &answers{config: cfg}
	options := healthOptions(cfg, i.secrets)
	if err := options.Validate(); err != nil {
		return nil, fmt.Errorf("healthcheck: %w", err)
	}
	next.health = httpapi.Healthcheck(i.collector, options)
	options.HideOutput = i.flags.healthHideOutput
	next.public = httpapi.Healthcheck(i.collector, options)
	environment := environmentOptions(cfg, i.secrets)
	if _, err := envinfo.Labels(environment); err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	var err error
	next.dump, err = envinfo.New(environment)
	return next, err
}

// healthOptions is how cfg wants /healthcheck answered.
func healthOptions(cfg *config.Config, s *secrets) httpapi.Options {
	h := cfg.Healthcheck
	o := httpapi.Options{
		Success:        httpapi.Answer{Status: h.SuccessStatus, Header: header(h.SuccessHeaders)},
		Failed:         httpapi.Answer{Status: h.FailedStatus, Header: header(h.FailedHeaders)},
		DrainingStatus: h.DrainingStatus,
		Format:         httpapi.Format(h.Format),
		Scrub:          s,
	}
	for _, section := range h.Sections {
		o.Sections = append(o.Sections, httpapi.Section{Name: section.Name, Value: section.Value})
	}
	return o
}

// environmentOptions is what cfg wants /environment to show.
func environmentOptions(cfg *config.Config, s *secrets) envinfo.Options {
	o := envinfo.Options{
		Config:   func() any { return cfg.JSON() },
		Disable:  cfg.Environment.Disable,
		Labels:   cfg.Environment.Labels,
		Build:    envinfo.Build{Version: version.Version, Revision: version.GetRevision(), Branch: version.Branch, Tags: version.GetTags()},
		Scrubber: s.scrubber(),
	}
	for _, section := range cfg.Environment.Sections {
		o.Sections = append(o.Sections, envinfo.Section{Name: section.Name, Value: section.Value})
	}
	return o
}

func header(fields map[string]string) http.Header {
	h := make(http.Header, len(fields))
	for name, value := range fields {
		h.Set(name, value)
	}
	return h
}
