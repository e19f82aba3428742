package cli_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func TestWatchWantsATerminal(t *testing.T) {
	f := newFile(t, mixed)
	file := "--config.file=" + f.path
	wantCheck(t, cli.ExitMisuse, "--watch: standard output is not a terminal", "--watch", file)
	wantCheck(t, cli.ExitMisuse, "--watch: standard output is not a terminal", "--watch", "--url=http://127.0.0.1:1/healthcheck")
	wantCheck(t, cli.ExitMisuse, "--watch: /-/ready has no results to show", "--watch", "--url=http://127.0.0.1:1/-/ready")
	wantCheck(t, cli.ExitMisuse, "--watch: cannot be combined with --wait or --output", "--watch", "--wait=1s", file)
	wantCheck(t, cli.ExitMisuse, "--watch: cannot be combined with --wait or --output", "--watch", "--output=json", file)
	wantCheck(t, cli.ExitMisuse, `unknown tag "fats"`, "--watch", "--tag=fats", file)
}
