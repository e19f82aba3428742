package host

import (
	"errors"
	"fmt"
	"syscall"
)

const diskSupported = true

// statfs asks the kernel, and blocks as long as the filesystem does. The
// blocks are counted in fragments where the filesystem has those (FUSE).
func statfs(path string) (usage, error) {
	var st syscall.Statfs_t
	err := syscall.Statfs(path, &st)
	for errors.Is(err, syscall.EINTR) {
		err = syscall.Statfs(path, &st)
	}
	if err != nil {
		return usage{}, fmt.Errorf("statfs %s: %w", path, err)
	}
	block := uint64(max(st.Frsize, 0))
	if block == 0 {
		block = uint64(max(st.Bsize, 0))
	}
	// Below zero when root uses its reserve and the file server says so.
	available := max(int64(st.Bavail), 0) //nolint:gosec // That is what it means.
	return usage{
		total:     st.Blocks * block,
		free:      st.Bfree * block,
		available: uint64(available) * block,
		inodes:    st.Files,
		inodeFree: st.Ffree,
	}, nil
}
