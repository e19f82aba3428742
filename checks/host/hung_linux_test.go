package host_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
)

// hungMount mounts a filesystem whose server never answers, until the test ends.
func hungMount(t *testing.T) (dir string) {
	t.Helper()
	server, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("cannot hang a mount: %v", err)
	}
	dir = t.TempDir()
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", server.Fd())
	if err := syscall.Mount("hung", dir, "fuse", syscall.MS_NODEV|syscall.MS_NOSUID, options); err != nil {
		server.Close()
		t.Skipf("cannot hang a mount: %v", err)
	}
	t.Cleanup(func() {
		server.Close() // Who waits gets ENOTCONN.
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

// TestWhereNobodyElseSeesTheMount runs the test below in a mount namespace.
func TestWhereNobodyElseSeesTheMount(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", "--mount", os.Args[0], "-test.v", "-test.run=^TestRealHungMountFailsOnTime$")
	cmd.Env = append(os.Environ(), "IN_NAMESPACE=1")
	out, err := cmd.CombinedOutput()
	if bytes.Contains(out, []byte("unshare: ")) || errors.Is(err, exec.ErrNotFound) {
		t.Skipf("cannot make a namespace: %v %s", err, out)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRealHungMountFailsOnTime(t *testing.T) {
	if os.Getenv("IN_NAMESPACE") == "" {
		return // Another test runs this one in a namespace.
	}
	dir := hungMount(t)
	check := must(t)(host.Disk{Path: dir}.Build())
	for i := range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		began := time.Now()
		a := call(ctx, check)
		cancel()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("run %d returned after %v, want 200ms", i+1, took)
		}
		if checks.ReasonOf(a.err) != checks.ReasonTimeout {
			t.Errorf("run %d: error = %v, want a timeout", i+1, a.err)
		}
	}
}
