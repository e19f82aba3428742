package envinfo_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
)

// helper is the variable that makes TestHelperDumps do something.
const helper = "ENVINFO_TEST_HELPER"

// TestHelperDumps is run by TestNoProgramIsExecuted in a process of its own.
func TestHelperDumps(t *testing.T) {
	if os.Getenv(helper) == "" {
		return
	}
	d := newDump(t, envinfo.Options{})
	if raw := d.JSON(t.Context()); !json.Valid(raw) || strings.Contains(string(raw), `"error"`) {
		t.Errorf("JSON() = %s", raw)
	}
	d.Explain(t.Context())
	if _, err := envinfo.NewBuildInfo(envinfo.Options{}); err != nil {
		t.Error(err)
	}
	var children syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children); err != nil {
		t.Fatal(err)
	}
	if children.Maxrss != 0 {
		t.Errorf("a child process used %d KiB, want none to have been there", children.Maxrss)
	}
}

func TestNoProgramIsExecuted(t *testing.T) {
	t.Run("by the memory of its children", func(t *testing.T) {
		runHelper(t, os.Args[0])
	})
	t.Run("by its system calls", func(t *testing.T) {
		strace, err := exec.LookPath("strace")
		if err != nil {
			t.Skip("strace is not installed")
		}
		trace := filepath.Join(t.TempDir(), "trace")
		args := []string{"-f", "-qq", "-e", "trace=execve,execveat,connect", "-o", trace}
		if out, err := exec.CommandContext(t.Context(), strace, append(args, "/bin/true")...).CombinedOutput(); err != nil {
			t.Skipf("strace may not trace here: %v: %s", err, out)
		}
		runHelper(t, strace, append(args, os.Args[0])...)
		text, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "execve"); n != 1 {
			t.Errorf("%d programs executed, want only the helper itself:\n%s", n, text)
		}
		if strings.Contains(string(text), "AF_INET") {
			t.Errorf("something was connected to:\n%s", text)
		}
	})
}

// runHelper runs the helper through a program, with programs to find in PATH.
func runHelper(t *testing.T, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, append(args, "-test.run=^TestHelperDumps$", "-test.v")...)
	cmd.Env = append(os.Environ(), helper+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestHelperDumps") {
		t.Errorf("helper: %v\n%s", err, out)
	}
}
