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

// HungMount mounts a filesystem whose server never replies, until the test
// ends or release is called: then every call that waits for it returns
// ENOTCONN. It skips the test where it may not mount. Call it only in a test
// that InNamespace runs, so that no other process walks into the mount.
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

// InNamespace runs another test of the same package in a namespace made by
// unshare(1) with these flags. It skips where no namespace can be made.
func InNamespace(t *testing.T, test string, flags ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", append(flags, os.Args[0], "-test.v", "-test.run=^"+test+"$")...)
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case bytes.Contains(out, []byte("unshare: ")) || errors.Is(err, exec.ErrNotFound):
		t.Skipf("cannot make a namespace: %v %s", err, out)
	case bytes.Contains(out, []byte("--- SKIP: "+test+" ")):
		t.Skipf("skipped in its namespace: %s", out)
	case err != nil || !bytes.Contains(out, []byte("--- PASS: "+test+" ")):
		t.Errorf("%s: %v\n%s", test, err, out)
	}
}

// NeedNamespace skips a test that InNamespace did not start.
func NeedNamespace(t testing.TB) {
	t.Helper()
	if os.Getenv(inNamespace) == "" {
		t.Skip("another test runs this one in a namespace")
	}
}
