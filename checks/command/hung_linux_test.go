package command_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

// hungMount mounts a filesystem whose server never answers, until the test
// ends or it is let go.
func hungMount(t *testing.T) (dir string, letGo func()) {
	t.Helper()
	server, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("cannot hang a mount: %v", err)
	}
	dir = t.TempDir()
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", server.Fd())
	if err := syscall.Mount("hung", dir, "fuse", syscall.MS_NODEV, options); err != nil {
		server.Close()
		t.Skipf("cannot hang a mount: %v", err)
	}
	letGo = func() { server.Close() } // Who waits gets ENOTCONN.
	t.Cleanup(func() {
		letGo()
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir, letGo
}

func TestWhereNobodyElseSeesTheMount(t *testing.T) {
	t.Parallel()
	inNamespace(t, "TestProgramOnAHungMountHoldsNobodyUp", "--mount")
}

// TestProgramOnAHungMountHoldsNobodyUp is about more than its own check: while
// a child hangs between fork and exec, the whole of a Go program may stand.
func TestProgramOnAHungMountHoldsNobodyUp(t *testing.T) {
	if !inOwnNamespace() {
		return
	}
	for name, settings := range map[string]func(dir string) command.Exec{
		"the program": func(dir string) command.Exec {
			return command.Exec{Command: []string{filepath.Join(dir, "check")}}
		},
		"the directory": func(dir string) command.Exec { return command.Exec{Command: []string{"true"}, Dir: dir} },
		"the PATH": func(dir string) command.Exec {
			return command.Exec{Command: []string{"check"}, Env: map[string]string{"PATH": dir}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, letGo := hungMount(t)
			f, err := settings(dir).Build()
			if err != nil {
				t.Fatal(err)
			}
			attempt := func() answer {
				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				return call(ctx, f)
			}
			attempt().failed(t, checks.ReasonTimeout, "no exit after ")
			runtime.GC() // Needs all threads that run Go.
			run(t, generous, command.Exec{Command: []string{"true"}}).passed(t, "exit status 0")
			a := attempt()
			a.failed(t, checks.ReasonTimeout, "the program of the run started ")
			letGo()
			eventually(t, func() error {
				if a := attempt(); a.err == nil || !strings.HasPrefix(a.err.Error(), "local: ") {
					return fmt.Errorf("after the mount was let go: %w", a.err)
				}
				return nil
			})
		})
	}
}
