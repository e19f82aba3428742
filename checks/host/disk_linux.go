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
	block := st.Frsize
	if block <= 0 {
		block = st.Bsize
	}
	return usage{
		total:     st.Blocks * uint64(block),
		free:      st.Bfree * uint64(block),
		available: uint64(max(int64(st.Bavail), 0)) * uint64(block), // Below zero when root uses its reserve.
		inodes:    st.Files,
		inodeFree: st.Ffree,
	}, nil
}
