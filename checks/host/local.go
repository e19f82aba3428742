package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// local marks err as a fault of the exporter's host: the kernel's values cannot
// be read. An error that already has a reason keeps it.
func local(err error) error {
	if checks.ReasonOf(err) == checks.ReasonError {
		return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: %w", err))
	}
	return starved(err)
}

// starved adds the prefix "local:" to err if the exporter itself lacks
// descriptors or memory.
func starved(err error) error {
	if checks.ReasonOf(err) == checks.ReasonInternal && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("local: %w", err)
	}
	return err
}
