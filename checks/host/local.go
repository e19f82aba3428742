package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// local says that err is our own trouble: what the kernel tells of itself
// cannot be read. An error that has a reason already keeps it.
func local(err error) error {
	if checks.ReasonOf(err) == checks.ReasonError {
		return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: %w", err))
	}
	return starved(err)
}

// starved puts the word local: before our own want of descriptors or memory.
func starved(err error) error {
	if checks.ReasonOf(err) == checks.ReasonInternal && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("local: %w", err)
	}
	return err
}
