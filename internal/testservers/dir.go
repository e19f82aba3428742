//go:build unix

package testservers

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
	"testing"
)

// Dir returns a new temporary folder with a path that is short enough for unix
// sockets (t.TempDir's may be too long). The folder is removed at the end of the
// test. When the tests run as root, it belongs to the first of the users that
// exists, so that a program started with [Program].Users can use it.
func Dir(t testing.TB, users ...string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ts") //nolint:usetesting // Its path is too long for a socket's.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	own(t, dir, users)
	return dir
}

// own makes the user that a program will run as the owner of a path.
func own(t testing.TB, path string, users []string) {
	t.Helper()
	c := credential(t, users)
	if c == nil {
		return
	}
	if err := os.Chown(path, int(c.Uid), int(c.Gid)); err != nil {
		t.Fatal(err)
	}
}

// credential is the first of the users that exists, or nil when the tests
// don't run as root or no user is wanted.
func credential(t testing.TB, users []string) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 || len(users) == 0 {
		return nil
	}
	for _, name := range users {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	t.Fatalf("none of the users %q exists, and the program refuses to run as root", users)
	return nil
}
