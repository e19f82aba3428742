package host_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// TestDiskOnFUSECountsInFragments mounts what several network filesystems
// report: a large block for reading, and a size counted in small fragments.
func TestDiskOnFUSECountsInFragments(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--mount") {
		return
	}
	dir := serveFUSE(t, 131072, 4096)
	a := call(t.Context(), must(t)(host.Disk{Path: dir, Mounted: true}.Build()))
	a.passed(t, "60% of 400MiB used, 160MiB free, 25% of inodes used")
	a.observed(t, map[string]float64{
		"used_ratio": 0.6, "free_bytes": 160 * mib, "size_bytes": 400 * mib, "inodes_used_ratio": 0.25,
	})
}

// serveFUSE mounts a filesystem of 102400 fragments, 60 % of them used.
func serveFUSE(t *testing.T, block, fragment uint32) (dir string) {
	t.Helper()
	kernel, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("cannot serve a mount: %v", err)
	}
	dir = filepath.Join(t.TempDir(), "fuse")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", kernel.Fd())
	if err := syscall.Mount("test", dir, "fuse", 0, options); err != nil {
		kernel.Close()
		t.Skipf("cannot serve a mount: %v", err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		answerFUSE(kernel, block, fragment)
	}()
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
		<-served
		kernel.Close()
	})
	return dir
}

// answerFUSE serves INIT and STATFS of linux/fuse.h until the filesystem is
// unmounted; it does not know other requests.
func answerFUSE(kernel *os.File, block, fragment uint32) {
	const initialise, statfs = 26, 17
	order, request := binary.NativeEndian, make([]byte, 1<<17)
	for {
		n, err := syscall.Read(int(kernel.Fd()), request)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n < 40 {
			return
		}
		reply, fault := []byte{}, int32(0)
		switch order.Uint32(request[4:]) {
		case initialise:
			reply = make([]byte, 64)
			order.PutUint32(reply, 7)      // major version
			order.PutUint32(reply[4:], 31) // minor version
			order.PutUint32(reply[20:], 4096)
		case statfs:
			for _, v := range []uint64{102400, 40960, 40960, 1000, 750} {
				reply = order.AppendUint64(reply, v)
			}
			for _, v := range []uint32{block, 255, fragment, 0, 0, 0, 0, 0, 0, 0} {
				reply = order.AppendUint32(reply, v)
			}
		default:
			fault = -int32(syscall.ENOSYS)
		}
		head := order.AppendUint32(nil, uint32(16+len(reply)))
		head = order.AppendUint32(head, uint32(fault))
		head = append(head, request[8:16]...) // the number of the request
		if _, err := syscall.Write(int(kernel.Fd()), append(head, reply...)); err != nil {
			return
		}
	}
}
