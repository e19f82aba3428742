package cli_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func TestCommandsAtARunningExporter(t *testing.T) {
	dir, err := os.MkdirTemp("", "hc") //nolint:usetesting // The path of a Unix socket must be short.
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	t.Setenv("RUNTIME_DIRECTORY", dir)
	f := newFile(t, `checks: [{name: a, exec: {command: [echo, fine]}}, {name: b, optional: true, exec: {command: ["false"]}}]`)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Run(ctx, []string{"--config.file=" + f.path, "--web.listen-address=127.0.0.1:0"}, io.Discard, io.Discard)
	}()
	want := func(status int, part string, args ...string) {
		t.Helper()
		if got, out, errs := runCommand(t, args...); got != status || !strings.Contains(out+errs, part) {
			t.Errorf("%v: %d %q %q, want %d and %q", args, got, out, errs, status, part)
		}
	}
	for range 500 {
		if status, _, _ := runCommand(t, "status"); status == cli.ExitPassed {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	want(cli.ExitPassed, "degraded: 1 of 2 checks passed\n[-] b: ", "status")
	want(cli.ExitPassed, "drained\n", "drain", "--reason=deploy of 1.2")
	want(cli.ExitFailed, "failed: 1 of 2 checks passed, draining: deploy of 1.2\n", "status")
	want(cli.ExitPassed, "drained for 30m\n", "drain", "--for=30m")
	want(cli.ExitPassed, "undrained\n", "undrain")
	want(cli.ExitMisuse, `--for: "30" has no unit, want 30s`, "drain", "--for=30")
	want(cli.ExitMisuse, `--for: -1s, want more than 0s, such as 30m`, "drain", "--for=-1s")
	want(cli.ExitMisuse, `--for: 0s, want more than 0s, such as 30m`, "drain", "--for=0s")
	want(cli.ExitMisuse, `--for: 0s, want more than 0s, such as 30m`, "mute", "b", "--reason=moved", "--for=0s")
	want(cli.ExitPassed, "muted b for 2h\n", "mute", "b", "--reason=being moved", "--for=2h", "--dependents")
	want(cli.ExitPassed, "degraded: 1 of 2 checks passed, 1 muted\n[-] b: exit status 1 (optional) (muted: being moved)\n", "status")
	want(cli.ExitPassed, "muted a for 1h\n", "mute", "a", "--reason=deploy", "--for=1h")
	want(cli.ExitPassed, "[+] a: fine (muted: deploy)\n", "status")
	want(cli.ExitPassed, "unmuted a\n", "unmute", "a")
	want(cli.ExitPassed, "unmuted b\n", "unmute", "b")
	want(cli.ExitMisuse, `unknown check "c"`, "unmute", "c")
	want(cli.ExitMisuse, "--for", "mute", "b", "--reason=being moved")
	want(cli.ExitMisuse, "--reason", "mute", "b", "--for=2h")
	want(cli.ExitPassed, "s  fine\n", "run", "a")
	want(cli.ExitMisuse, "on request less than 5s ago, try again in ", "run", "a")
	want(cli.ExitFailed, "[-] b: ", "run", "b")
	want(cli.ExitMisuse, `not done: unknown check "no/where"`, "run", "no/where")
	want(cli.ExitMisuse, "check", "run")
	f.write(`checks: [{name: a, exec: {command: [echo, fine]}}, {name: b, exec: {command: ["false"]}}]`)
	want(cli.ExitFailed, "~ b: optional\nthe reload would turn the service from healthy to failed: b\n", "diff")
	f.write(`checks: [{name: a, exec: {command: ["false"]}}]`)
	want(cli.ExitFailed, "- b\n~ a: exec.command\nfirst runs: 0 of 1 passed\n[-] a: exit status 1\n", "config", "diff")
	f.write(`checks: [{name: a, exec: {command: [echo, fine]}}]`)
	want(cli.ExitPassed, "- b\n", "diff")
	want(cli.ExitPassed, "reloaded\n", "reload")
	want(cli.ExitPassed, "passed: 1 of 1 checks passed\n", "status")
	f.write("checks: [")
	want(cli.ExitFailed, "not done: "+f.path+":1: ", "reload")
	want(cli.ExitFailed, "not done: "+f.path+":1: ", "diff")
	stop()
	if status := <-ended; status != cli.ExitPassed {
		t.Errorf("the exporter ended with %d", status)
	}
	want(cli.ExitUnreachable, "admin socket "+filepath.Join(dir, "admin.sock")+": no such file or directory", "status")
	want(cli.ExitUnreachable, "admin socket "+filepath.Join(dir, "admin.sock"), "config", "diff")
	want(cli.ExitUnreachable, "admin socket "+filepath.Join(dir, "admin.sock"), "run", "a")
	want(cli.ExitUnreachable, "admin socket /nowhere/admin.sock: ", "--admin.socket=/nowhere/admin.sock", "undrain")
}
