package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// local marks err as trouble of our own: what the kernel reports about itself
// cannot be read. An error that has a reason already keeps it.
func local(err error) error {
	if checks.ReasonOf(err) == checks.ReasonError {
		return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: %w", err))
	}
	return starved(err)
}

// starved puts "local:" before a lack of descriptors or memory of our own.
func starved(err error) error {
	if checks.ReasonOf(err) == checks.ReasonInternal && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("local: %w", err)
	}
	return err
}
