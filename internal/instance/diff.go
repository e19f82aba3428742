package instance

import (
	"context"
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// A Preview says what a reload would change. It has no secrets.
type Preview struct {
	config.Diff
	// First are the first results of new and changed checks.
	First []*collector.Result
	// WouldFail are the checks that would fail the service, if it is not failed
	// now.
	WouldFail []*collector.Result
}

// Failing returns the first results that have not passed.
func (p Preview) Failing() (failing []*collector.Result) {
	for _, r := range p.First {
		if r.State != collector.StatePassed {
			failing = append(failing, r)
		}
	}
	return failing
}

// Diff reads the configuration and runs its new and changed checks once, as a
// reload does, but changes nothing. The error is that of a reload.
func (i *Instance) Diff(ctx context.Context) (Preview, error) {
	i.reloading.Lock()
	defer i.reloading.Unlock()
	cfg, _, err := config.Read(i.options.ConfigFile)
	if err != nil {
		return Preview{}, err
	}
	c, err := i.prepare(ctx, cfg)
	if err != nil {
		return Preview{}, err
	}
	defer i.drop(c)
	return Preview{Diff: c.diff, First: c.change.FirstResults(), WouldFail: c.change.WouldFail()}, nil
}

// maxChanges is the number of changes that a log line names.
const maxChanges = 20

// changesOf returns a line for each change of d, and one for those beyond
// maxChanges.
func changesOf(d config.Diff) []string {
	lines := strings.Split(strings.TrimSuffix(d.String(), "\n"), "\n")
	if d.Empty() {
		return nil
	}
	if more := len(lines) - maxChanges; more > 0 {
		lines = append(lines[:maxChanges:maxChanges], fmt.Sprintf("and %d more", more))
	}
	return lines
}
