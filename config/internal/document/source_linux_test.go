package document_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// refusedInTime reads a pattern that blocks and returns the error.
func refusedInTime(t *testing.T, pattern string) string {
	t.Helper()
	start := time.Now()
	sources, err := document.Read(pattern)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("Read returned after %v, want 2s", took)
	}
	if err == nil {
		err = sources[0].Err
	}
	if err == nil {
		t.Fatal("Read has no error")
	}
	return err.Error()
}

func TestFileOfTheKernelThatBlocksIsRefused(t *testing.T) {
	t.Parallel()
	file := "/proc/kmsg"
	if f, err := os.Open(file); err != nil {
		t.Skip(err)
	} else {
		f.Close()
	}
	if got := refusedInTime(t, file); !strings.Contains(got, "could not be read within 2s") && !strings.Contains(got, "larger than 1 MiB") {
		t.Errorf("refused with %q", got)
	}
}

func TestFileOnADeadFileServerIsRefused(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--mount") {
		return
	}
	dir, _ := testservers.HungMount(t)
	want := "could not be read within 2s"
	if got := refusedInTime(t, filepath.Join(dir, "healthcheck.yml")); !strings.Contains(got, want) {
		t.Errorf("refused with %q, want %q", got, want)
	}
}

func TestUnreadableDirectoryIsAnError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "conf.d")
	for _, err := range []error{
		os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "a.yml"), []byte("checks: []\n"), 0o600), os.Chmod(dir, 0o100),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, pattern := range []string{dir, filepath.Join(dir, "*.yml")} {
		errs := make(chan error)
		go func() {
			// The thread of another user, who cannot read the directory, ends with
			// the goroutine, because it is not unlocked.
			runtime.LockOSThread()
			if os.Geteuid() == 0 {
				syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0)
			}
			_, err := document.List(pattern)
			errs <- err
		}()
		if err := <-errs; err == nil || err.Error() != dir+": permission denied" {
			t.Errorf("Read(%s) = %v, want permission denied", pattern, err)
		}
	}
}
