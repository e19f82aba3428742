package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// runDiff prints what a reload of the running exporter would change.
func runDiff(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	status, body, err := f.askSocket(ctx, http.MethodPost, "/-/diff")
	switch {
	case err != nil:
		fmt.Fprintln(stderr, err)
		return exitUnreachable
	case status == http.StatusOK:
		printBody(stdout, body)
		return exitPassed
	case status == http.StatusConflict: // A first run has failed.
		printBody(stdout, body)
		return exitFailed
	}
	printBody(stderr, body)
	return exitFailed
}
