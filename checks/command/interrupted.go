package command

import (
	"context"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// An interruption is the error of a context that has ended, with its own text.
type interruption struct {
	sentence string
	cause    error
}

func (i *interruption) Error() string { return i.sentence }
func (i *interruption) Unwrap() error { return i.cause }

// interrupted returns the sentence as an error with the reason of ctx's end.
func interrupted(ctx context.Context, sentence string) error {
	return checks.Fail(checks.ReasonOf(ctx.Err()), &interruption{sentence, ctx.Err()})
}

// rounded rounds a duration so that its text is short.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}
