package wire_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func TestASocketThatForbidsUsIsDeniedAccess(t *testing.T) {
	dir, err := os.MkdirTemp("", "wire") //nolint:usetesting // Nobody but the user may enter the parent of t.TempDir.
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, mode := range map[string]os.FileMode{dir: 0o755, path: 0} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getuid() == 0 { // Root may do anything: this thread becomes nobody.
		runtime.LockOSThread() // The thread ends with the test's goroutine, because it is never unlocked.
		const nobody = 65534
		if err := unix.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unix.Setfsuid(0) }()
	}
	r := wire.Start(t.Context(), path)
	defer r.Close()
	_, err = r.Dial("unix", path)
	failed(t, err, checks.ReasonAuth, "connecting to "+path+": permission denied")
	_, err = r.Dial("unix", path+".none")
	failed(t, err, checks.ReasonRefused, "connecting to "+path+": no such file or directory")
}
