package testservers

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
)

// HungMount mounts a filesystem whose server never replies, until the test ends
// or release is called. Then every call that waits for the filesystem returns
// ENOTCONN. HungMount skips the test if mounting is not permitted. Call it only
// where InNamespace is true, so that no other process walks into the mount.
func HungMount(t testing.TB) (dir string, release func()) {
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
	release = func() { server.Close() }
	t.Cleanup(func() {
		release()
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir, release
}

const inNamespace = "TESTSERVERS_IN_NAMESPACE"

// InNamespace reports whether t runs in a namespace made by unshare(1) with these
// flags. Otherwise it runs t again in such a namespace, gives t the outcome of
// that run (passed, failed or skipped), and returns false; the caller must then
// return.
func InNamespace(t *testing.T, flags ...string) bool {
	t.Helper()
	if os.Getenv(inNamespace) != "" {
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", append(flags, os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")...)
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case bytes.Contains(out, []byte("unshare: ")) || errors.Is(err, exec.ErrNotFound):
		t.Skipf("cannot make a namespace: %v %s", err, out)
	case bytes.Contains(out, []byte("--- SKIP: "+t.Name()+" ")):
		t.Skipf("skipped in its namespace: %s", out)
	case err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name()+" ")):
		t.Errorf("in its namespace: %v\n%s", err, out)
	}
	return false
}
