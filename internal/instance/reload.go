package instance

import (
	"context"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// Reload loads the configuration again. It prepares everything that can fail: the
// file, the handlers, the labels, the first runs of new and changed checks. Then
// it commits all of it at once: each response belongs either to the old
// configuration or to the new one. After an error the old configuration stays as
// it was.
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
	if err = i.options.Needs.Check(cfg); err != nil {
		return err
	}
	before, after := i.scrubber.Rules(), cfg.Rules
	i.scrubber.SetRules(bothRules(before, after))
	next, change, err := i.prepare(ctx, cfg)
	if err != nil {
		i.scrubber.SetRules(before)
		return err
	}
	i.current.swap(next, func() {
		change.Commit()
		i.scrubber.SetRules(after)
		i.metrics.loaded(cfg)
	})
	i.report(cfg)
	return nil
}

// prepare does every part of a reload that can fail. The slow part, the first
// runs of new and changed checks, comes last.
func (i *Instance) prepare(ctx context.Context, cfg *config.Config) (*configuration, *collector.Change, error) {
	maskDescriptions(i.scrubber, cfg)
	next, err := i.build(cfg)
	if err != nil {
		return nil, nil, err
	}
	limits := collector.Limits{Concurrency: cfg.Collector.Concurrency, MaxWait: cfg.Collector.MaxWait, StartupWait: cfg.Collector.StartupWait}
	change, err := i.collector.Prepare(ctx, cfg.Checks, limits)
	if err != nil {
		return nil, nil, err
	}
	next.epoch = change.Epoch()
	return next, change, nil
}
