package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/scrub"
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
	if err := i.collector.Replace(ctx, i.runs.owned(cfg.Checks)); err != nil {
		restore()
		return err
	}
	if err := i.buildInfo.Set(environmentOptions(cfg, i.secrets)); err != nil {
		return err
	}
	i.collector.Limit(cfg.Concurrency, cfg.MaxWait)
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

// secrets is the scrubber of the configuration in use, and every literal secret
// that any configuration had: a run of an older one may still show its own.
type secrets struct {
	rules atomic.Pointer[scrub.Scrubber]

	mu  sync.Mutex
	all []string
}

func newSecrets() *secrets {
	s := &secrets{}
	s.rules.Store(scrub.New(scrub.Rules{}))
	return s
}

// use makes the rules of cfg those in use, and masks what is shown of its checks
// as it stands in the file. What it returns undoes the former, but for the
// literals, which are kept.
func (s *secrets) use(cfg *config.Config) (restore func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range cfg.Secrets {
		if !slices.Contains(s.all, secret) {
			s.all = append(s.all, secret)
		}
	}
	before := s.rules.Load()
	before.Add(s.all...)
	s.rules.Store(scrub.New(scrub.Rules{Names: cfg.Environment.ScrubNames, Allow: cfg.Environment.ScrubAllow, Literals: s.all}))
	for i := range cfg.Checks {
		cfg.Checks[i].Description = s.text(cfg.Checks[i].Description)
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		before.Add(s.all...) // And what was learnt meanwhile.
		s.rules.Store(before)
	}
}

// learn adds a secret that was read while in use.
func (s *secrets) learn(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.all, secret) {
		s.all = append(s.all, secret)
	}
	s.rules.Load().Add(secret)
}

func (s *secrets) scrubber() *scrub.Scrubber { return s.rules.Load() }
func (s *secrets) text(t string) string      { return s.rules.Load().Text(t) }

// Name, Text and Tree implement httpapi.Scrubber with the rules in use.
func (s *secrets) Name(name string) bool { return s.rules.Load().Name(name) }

// Text masks the secrets in a text.
func (s *secrets) Text(t string) string { return s.text(t) }

// Tree masks the secrets in a value and encodes it as JSON.
func (s *secrets) Tree(v any) json.RawMessage { return s.rules.Load().Tree(v) }

// runs knows the runs under way, so that they can be ended with the program: a
// run belongs to the collector, which has no end.
type runs struct {
	ctx  context.Context
	stop context.CancelFunc

	mu  sync.Mutex // held between looking whether runs have been ended and adding one
	all sync.WaitGroup
}

func newRuns() *runs {
	ctx, stop := context.WithCancel(context.Background())
	return &runs{ctx: ctx, stop: stop}
}

// owned returns the checks with functions that end when the program does.
func (r *runs) owned(cs []checks.Check) []checks.Check {
	cs = slices.Clone(cs)
	for i := range cs {
		f := cs[i].Func
		cs[i].Func = func(ctx context.Context) (string, error) {
			if !r.begin() {
				return "", errStopping
			}
			defer r.all.Done()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(r.ctx, cancel)()
			return f(ctx)
		}
	}
	return cs
}

// errStopping is the result of a run that would begin when all have been ended.
var errStopping = checks.Fail(checks.ReasonInternal, errors.New("local: the exporter is stopping"))

func (r *runs) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return false
	}
	r.all.Add(1)
	return true
}

// end ends all runs, and waits for them no longer than the limit.
func (r *runs) end(limit time.Duration) {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		r.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(limit):
	}
}

// configMetrics says which configuration is in use, and whether the last reload
// succeeded.
type configMetrics struct {
	successful, at, hash prometheus.Gauge
}

func newConfigMetrics() *configMetrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "healthcheck_config_" + name, Help: help})
	}
	return &configMetrics{
		successful: gauge("last_reload_successful", "Whether the last attempt to load the configuration succeeded (1) or failed (0)."),
		at:         gauge("last_reload_success_timestamp_seconds", "When the configuration was last loaded, in Unix time."),
		hash:       gauge("hash", "Hash of the files of the configuration in use."),
	}
}

func (m *configMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.successful, m.at, m.hash}
}

func (m *configMetrics) failed() { m.successful.Set(0) }

func (m *configMetrics) loaded(cfg *config.Config) {
	m.successful.Set(1)
	m.at.SetToCurrentTime()
	// A float64 holds 48 bits exactly.
	m.hash.Set(float64(binary.BigEndian.Uint64(cfg.Hash[:8]) >> 16))
}
