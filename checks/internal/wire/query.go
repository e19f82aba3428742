package wire

import (
	"context"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// DefaultQuery is the query that is sent if none is configured.
const DefaultQuery = "SELECT 1"

// StatementTime returns how long a database server may work on a statement: nine
// tenths of the time that is left, so that the server gives up before the run
// does and can say so. Zero means no limit: ctx has no deadline.
func StatementTime(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return max(time.Until(deadline)*9/10, time.Millisecond)
}

// A Row is the first column of a query's first row.
type Row struct {
	Rows int    // how many rows there are; more than one need not be counted
	Text string // NULL for a null value
}

// Sentence returns the output for the row, or an error with the reason assertion
// if the row is not the expected one. An empty expectation accepts anything.
func (r Row) Sentence(expect string) (string, error) {
	said := "query returned no row"
	if r.Rows > 0 {
		said = fmt.Sprintf("query returned %q", Clip(r.Text))
	}
	if expect != "" && (r.Rows == 0 || r.Text != expect) {
		return "", checks.Fail(checks.ReasonAssertion, fmt.Errorf("%s, want %q", said, Clip(expect)))
	}
	return said, nil
}

// LocalFault returns the error for a file on this host whose fault shows only at
// a run.
func LocalFault(file checks.SecretFile, err error) error {
	return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: file %s: %w", string(file), err))
}
