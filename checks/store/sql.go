package store

import (
	"context"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// defaultQuery is what is asked when no query is given.
const defaultQuery = "SELECT 1"

// statementTime is how long the server may work on a statement: nine tenths of
// the time that is left, so that it gives up before we do and can say so. Zero
// means no limit, when ctx has no deadline.
func statementTime(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return max(time.Until(deadline)*9/10, time.Millisecond)
}

// An answer is the first column of a query's first row.
type answer struct {
	rows int    // how many rows were seen; more than one need not be counted
	text string // NULL for nothing
}

// sentence says what the query returned, or that it is not as expected. An
// empty expectation is none.
func (a answer) sentence(expect string) (string, error) {
	if a.rows == 0 {
		if expect == "" {
			return "query returned no row", nil
		}
		return "", checks.Fail(checks.ReasonAssertion, fmt.Errorf("query returned no row, want %q", wire.Clip(expect)))
	}
	said := fmt.Sprintf("query returned %q", wire.Clip(a.text))
	if expect != "" && a.text != expect {
		return "", checks.Fail(checks.ReasonAssertion, fmt.Errorf("%s, want %q", said, wire.Clip(expect)))
	}
	return said, nil
}

// localFault is a fault of a file of ours that only shows at a run.
func localFault(file checks.SecretFile, err error) error {
	return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: file %s: %w", string(file), err))
}
