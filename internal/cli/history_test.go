package cli_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func TestHistoryOfARunningAndOfADeadExporter(t *testing.T) {
	dir, err := os.MkdirTemp("", "hc") //nolint:usetesting // The path of a Unix socket must be short.
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	t.Setenv("RUNTIME_DIRECTORY", dir)
	t.Setenv("STATE_DIRECTORY", filepath.Join(dir, "state")+":/another")
	f := newFile(t, `checks: [{name: redis, exec: {command: [echo, fine]}}, {name: mq, exec: {command: ["false"]}}]`)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Run(ctx, []string{"--config.file=" + f.path, "--web.listen-address=127.0.0.1:0"}, io.Discard, io.Discard)
	}()
	want := func(status int, pattern string, args ...string) {
		t.Helper()
		got, out, errs := runCommand(t, append([]string{"history"}, args...)...)
		if got != status || !regexp.MustCompile(pattern).MatchString(out+errs) {
			t.Errorf("history %v: %d %q %q, want %d and %s", args, got, out, errs, status, pattern)
		}
	}
	for range 500 {
		if status, _, _ := runCommand(t, "status"); status == cli.ExitFailed {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	const stamp = `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+  `
	want(cli.ExitPassed, `(?m)^`+stamp+`redis  passed  since \d+m?s +-  +fine$`)
	want(cli.ExitPassed, `(?m)^`+stamp+`mq +failed  since \d+m?s +exit_code  exit status 1`)
	want(cli.ExitPassed, `^`+stamp+`mq  failed  since .*\n\n1 of the last 1 runs failed:\n`+stamp+`failed  \S+s  exit_code\n$`, "mq")
	want(cli.ExitMisuse, `^no history of a check "rediss", did you mean "redis"\?\n$`, "rediss")
	stop()
	<-ended
	want(cli.ExitPassed, `^(`+stamp+`\S+ +\S+  last known  .*\n){2}$`)
	want(cli.ExitPassed, `^`+stamp+`redis  passed  last known  -  fine\n$`, "redis")
	want(cli.ExitMisuse, `^no history of a check "rabbit", want one of `, "rabbit")
	want(cli.ExitUnreachable, `^admin socket .*admin.sock: no such file or directory: no exporter listens there; is it running, .*\nstate directory /nowhere: no such file or directory\n$`, "--state.directory=/nowhere")
	empty := t.TempDir()
	want(cli.ExitPassed, "^no change of state yet\n$", "--state.directory="+empty)
	if err := os.WriteFile(filepath.Join(empty, "history.slots"), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(cli.ExitUnreachable, "state directory "+empty+": history.slots: is not a file of this program\n$", "--state.directory="+empty)
}
