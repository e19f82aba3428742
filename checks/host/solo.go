package host

import (
	"context"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/solo"
)

// alone calls what reads the machine and may never return. What names the call
// in errors.
func alone[T any](ctx context.Context, calls *solo.Calls[T], what string, f func() (T, error)) (T, error) {
	return calls.Do(ctx, 0, solo.Words{
		Hung:  what + " of the run started %v ago has not returned",
		Late:  what + " has not returned after %v",
		Panic: what + ": panic: %v",
	}, f)
}
