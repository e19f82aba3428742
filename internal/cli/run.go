package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// runRun lets the running exporter run a check at once, and prints the result.
func runRun(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	status, body, err := f.askSocket(ctx, http.MethodPost, "/-/run/"+url.PathEscape(f.checkToRun)+"?format=json")
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUnreachable
	}
	if status != http.StatusOK {
		printBody(stderr, body)
		return exitMisuse
	}
	report, err := httpapi.Decode(body)
	if err != nil || len(report.Results) != 1 {
		fmt.Fprintf(stderr, "not the result of one check, but %.100q\n", body)
		return exitUnreachable
	}
	result := report.Results[0]
	for _, line := range f.newListing(f.newConsole(stdout, stderr), []string{result.Check}).block(result) {
		fmt.Fprintln(stdout, line)
	}
	if !result.Passed {
		return exitFailed
	}
	return exitPassed
}
