//go:build darwin || freebsd

package host

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// refine adds what gopsutil's Usage lacks: the flags of the mount.
func (u *usage) refine(path string) error {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return fmt.Errorf("statfs %s: %w", path, err)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("statfs %s: %w", path, err)
	}
	u.mount = mount{
		known: true, point: unix.ByteSliceToString(st.Mntonname[:]) == real,
		filesystem: unix.ByteSliceToString(st.Fstypename[:]),
		readOnly:   st.Flags&unix.MNT_RDONLY != 0,
	}
	return nil
}
