package instance

import (
	"cmp"
	"context"
	"fmt"
	"strings"

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
	i.noteFailure(err)
	if err != nil {
		i.metrics.failed()
		level.Error(i.logger).Log("msg", "the configuration was not reloaded, the previous one stays in use", "err", err)
	}
	return err
}

func (i *Instance) tryReload(ctx context.Context) error {
	cfg, read, err := config.Read(i.options.ConfigFile)
	i.tried.Store(&read)
	if err != nil {
		return err
	}
	c, err := i.prepare(ctx, cfg)
	if err != nil {
		return err
	}
	if err := i.refusal(c.change); err != nil {
		i.drop(c)
		return err
	}
	i.current.swap(c.next, func() {
		c.change.Commit()
		i.scrubber.SetRules(cfg.Rules)
		i.metrics.loaded(cfg)
	})
	changes := changesOf(c.diff)
	i.report(cfg, "changes", cmp.Or(strings.Join(changes, "; "), "none"))
	if i.options.OnReload != nil {
		i.options.OnReload(changes)
	}
	return nil
}

// refusal returns an error if the options refuse a change after which the whole
// would be failed.
func (i *Instance) refusal(change *collector.Change) error {
	if !i.options.RefuseFailing {
		return nil
	}
	failing := change.WouldFail()
	if len(failing) == 0 {
		return nil
	}
	return fmt.Errorf("refused, the reload would turn the service from healthy to failed: %s", describe(failing))
}

// describe names failed checks with their outputs: three of them, because an
// error is one line.
func describe(failing []*collector.Result) string {
	const most = 3
	var parts []string
	for _, r := range failing[:min(len(failing), most)] {
		parts = append(parts, fmt.Sprintf("%s (%s)", r.Check, strings.Join(strings.Fields(r.Output), " ")))
	}
	if more := len(failing) - most; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, ", ")
}
