//go:build darwin || freebsd

package host

import (
	"errors"
	"fmt"
	"syscall"
)

const diskSupported = true

// statfs asks the kernel, and blocks as long as the filesystem does.
func statfs(path string) (usage, error) {
	var st syscall.Statfs_t
	err := syscall.Statfs(path, &st)
	for errors.Is(err, syscall.EINTR) {
		err = syscall.Statfs(path, &st)
	}
	if err != nil {
		return usage{}, fmt.Errorf("statfs %s: %w", path, err)
	}
	block := uint64(st.Bsize)
	return usage{
		total:     st.Blocks * block,
		free:      st.Bfree * block,
		available: uint64(max(int64(st.Bavail), 0)) * block, // Below zero when root uses its reserve.
		inodes:    st.Files,
		inodeFree: uint64(max(int64(st.Ffree), 0)),
	}, nil
}
