//go:build unix

package listen_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
)

// umask sets the umask for a test.
func umask(t *testing.T, mask int) {
	t.Helper()
	before := syscall.Umask(mask)
	t.Cleanup(func() { syscall.Umask(before) })
}

func TestTheSocketForAdministrationIsForUserAndGroupWhateverTheUmask(t *testing.T) {
	for _, mask := range []int{0, 0o077} {
		umask(t, mask)
		path := filepath.Join(t.TempDir(), "admin.sock")
		s := open(t, listen.Options{Admin: path})
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o660 || len(s.Admin) != 1 {
			t.Errorf("umask %04o: mode %04o, want 0660", mask, got)
		}
	}
}
