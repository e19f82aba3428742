package instance

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// Options name the configuration and hold the settings of the command line.
type Options struct {
	// ConfigFile is a file, a directory or a glob. Empty: the built-in default.
	ConfigFile string
	// Trusted reports whether a request may see the evidence of failed runs in
	// the reports of [Instance.Health]. Nil: no request.
	Trusted func(*http.Request) bool
	// Histogram is healthcheck_run_duration_seconds.
	Histogram collector.Histogram
	// HideOutput omits the outputs of the checks from the reports of
	// [Instance.Public].
	HideOutput bool
	// Restore returns what was known about these checks before a restart, for
	// [collector.Options.Restore]. Nil restores nothing.
	Restore func([]checks.Check) *collector.Saved
	// Needs are what the command line wants of the configuration.
	Needs Needs
	// RefuseFailing refuses a reload that would turn the service from healthy to
	// failed.
	RefuseFailing bool
	// OnReload is called after each reload that succeeded, with a line for each
	// change, such as "~ redis: timeout"; without values. May be nil.
	OnReload func(changes []string)
	// Logger receives a line for each load and each change. It must mask texts
	// with Scrubber.
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
	stop      context.CancelFunc // cancels all runs
	collector *collector.Collector
	metrics   *configMetrics

	reloading sync.Mutex
	current   current
	tried     atomic.Pointer[config.Inputs] // of the last attempt to load
	failure   atomic.Pointer[Failure]
}

// New loads the configuration for the first time.
func New(o Options) (*Instance, error) {
	i := &Instance{options: o, logger: o.Logger, scrubber: o.Scrubber, metrics: newConfigMetrics()}
	cfg, read, err := config.Read(o.ConfigFile)
	if err != nil {
		return nil, err
	}
	if err = o.Needs.Check(cfg); err != nil {
		return nil, err
	}
	i.tried.Store(&read)
	o.Scrubber.Learn(cfg.Secrets...)
	UseRules(o.Scrubber, cfg)
	options := cfg.Collector
	options.Histogram, options.Scrubber, options.Logger = o.Histogram, o.Scrubber, o.Logger
	options.BaseContext, i.stop = context.WithCancel(context.Background())
	if o.Restore != nil {
		options.Restore = o.Restore(cfg.Checks)
	}
	i.collector, err = collector.New(options, cfg.Checks...)
	if err != nil {
		return nil, err
	}
	next, err := i.build(cfg)
	if err != nil {
		return nil, err
	}
	next.epoch = firstEpoch
	i.current.swap(next, func() { i.metrics.loaded(cfg) })
	i.report(cfg)
	return i, nil
}

// firstEpoch is the epoch of the reports of a new collector.
const firstEpoch = 1

// build makes the handlers and labels of a configuration.
func (i *Instance) build(cfg *config.Config) (*configuration, error) {
	environment := EnvironmentOptions(cfg, i.scrubber)
	labels, err := envinfo.NewBuildInfo(environment)
	if err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	dump, err := envinfo.New(environment)
	if err != nil {
		return nil, err
	}
	return &configuration{
		health:      i.newReports(cfg, false, i.options.Trusted),
		public:      i.newReports(cfg, i.options.HideOutput, nil),
		environment: httpapi.Environment(dump, httpapi.EnvironmentOptions{Prefix: "/environment"}),
		buildInfo:   labels,
		config:      cfg,
	}, nil
}

// report logs that a configuration is in use, with more that is known about it.
func (i *Instance) report(cfg *config.Config, more ...any) {
	for _, warning := range cfg.Warnings {
		level.Warn(i.logger).Log("msg", "configuration", "warning", warning)
	}
	if os.Getpid() == 1 && slices.ContainsFunc(cfg.Checks, runsPrograms) {
		level.Warn(i.logger).Log("msg", "exec checks of process 1", "warning",
			"what their programs leave behind is not reaped: start the container with an init, such as docker run --init")
	}
	source := cmp.Or(i.options.ConfigFile, "built in")
	level.Info(i.logger).Log(append([]any{"msg", "configuration loaded", "source", source, "checks", len(cfg.Checks)}, more...)...)
	cfg.Checks = nil // The collector owns them now; a second copy of thousands of checks would waste memory.
}

func runsPrograms(c checks.Check) bool { return c.Type == "exec" }
