package instance

import (
	"context"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A candidate is a configuration that is ready to replace the one in use. While
// there is one, the scrubber has the rules of both.
type candidate struct {
	diff   config.Diff
	next   *configuration
	change *collector.Change
	before scrub.Rules
}

// prepare does every part of a reload that can fail, except reading the file. The
// slow part, the first runs of new and changed checks, comes last. The caller
// holds reloading, and commits the candidate or drops it.
func (i *Instance) prepare(ctx context.Context, cfg *config.Config) (_ *candidate, err error) {
	if err = i.options.Needs.Check(cfg); err != nil {
		return nil, err
	}
	i.scrubber.Learn(cfg.Secrets...)
	c := &candidate{diff: i.current.value.Load().config.Diff(cfg), before: i.scrubber.Rules()}
	i.scrubber.SetRules(bothRules(c.before, cfg.Rules))
	defer func() {
		if err != nil {
			i.scrubber.SetRules(c.before)
		}
	}()
	maskDescriptions(i.scrubber, cfg)
	if c.next, err = i.build(cfg); err != nil {
		return nil, err
	}
	limits := collector.Limits{Concurrency: cfg.Collector.Concurrency, MaxWait: cfg.Collector.MaxWait, StartupWait: cfg.Collector.StartupWait}
	if c.change, err = i.collector.Prepare(ctx, cfg.Checks, limits); err != nil {
		return nil, err
	}
	c.next.epoch = c.change.Epoch()
	return c, nil
}

// drop leaves the configuration in use as it is.
func (i *Instance) drop(c *candidate) {
	c.change.Abort()
	i.scrubber.SetRules(c.before)
}
