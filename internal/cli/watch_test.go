package cli_test

import (
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
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

// The sentence of a cause is in the list, or below the check that waits for it.
func TestACauseThatIsNotSelectedSaysWhy(t *testing.T) {
	f := newFile(t, `
checks:
  - {name: db, exec: {command: [sh, -c, "echo no disk; exit 2"]}}
  - {name: mq, exec: {command: [sh, -c, "echo no queue; exit 2"]}}
  - {name: app, depends_on: [db, mq], exec: {command: ["true"]}}
`)
	for args, want := range map[string]string{
		"app":       "      cause: db: exit status 2: no disk\n      cause: mq: exit status 2: no queue\n",
		"app db":    "      cause: db\n      cause: mq: exit status 2: no queue\n",
		"app db mq": "      cause: db, mq\n",
		"":          "      cause: db, mq\n",
	} {
		_, out, errs := runCommand(t, append([]string{"check", "--config.file=" + f.path}, strings.Fields(args)...)...)
		if !strings.Contains(out, want) {
			t.Errorf("check %s: no %q in\n%s%s", args, want, out, errs)
		}
	}
}

func TestAWatchedCheckIsCachedAtLeastFromOneLookToTheNext(t *testing.T) {
	for _, c := range []struct{ success, failed, wantSuccess, wantFailed time.Duration }{
		{-1, -1, time.Second, time.Second},
		{-1, time.Minute, time.Second, time.Minute},
		{time.Minute, -1, time.Minute, time.Second},
		{0, 0, 0, 0}, // The defaults of the collector.
	} {
		check := checks.Check{SuccessTTL: c.success, FailedTTL: c.failed}
		if cli.WatchLifetimes(&check); check.SuccessTTL != c.wantSuccess || check.FailedTTL != c.wantFailed {
			t.Errorf("%v and %v become %v and %v, want %v and %v", c.success, c.failed, check.SuccessTTL, check.FailedTTL, c.wantSuccess, c.wantFailed)
		}
	}
}
