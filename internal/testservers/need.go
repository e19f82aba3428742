//go:build unix

package testservers

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// folders are where Debian keeps servers that are not in the PATH of users.
var folders = []string{"/usr/lib/postgresql/*/bin", "/usr/sbin", "/usr/local/sbin", "/sbin"}

// Need returns the path of the first of the programs that is installed, in PATH or
// in Debian's folders; of several versions it takes the newest. If no program is
// installed, the test is skipped or, with CI=true, fails. With -short the test is
// always skipped.
func Need(t testing.TB, programs ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skipf("not with -short: needs %q", programs)
	}
	for _, program := range programs {
		if path := find(program); path != "" {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%q is not installed (looked in PATH and %q): in CI a skipped test is a failure", programs, folders)
	}
	t.Skipf("%q is not installed (looked in PATH and %q): this test needs the real program", programs, folders)
	return ""
}

func find(program string) string {
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	for _, folder := range folders {
		matches, _ := filepath.Glob(filepath.Join(folder, program))
		slices.Sort(matches)
		for _, path := range slices.Backward(matches) {
			if found, err := exec.LookPath(path); err == nil {
				return found
			}
		}
	}
	return ""
}
