package host

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// refine adds what gopsutil's Usage lacks: the size of a fragment, in which
// statvfs(3) counts blocks and which differs from the block size on FUSE, and
// the flags of the mount.
func (u *usage) refine(path string) error {
	// O_PATH does not open the file itself. The descriptor pins the path, so that
	// all following calls refer to the same mount.
	file, err := os.OpenFile(path, unix.O_PATH, 0)
	if err != nil {
		return fmt.Errorf("statfs %s: %w", path, err)
	}
	defer file.Close()
	var st unix.Statfs_t
	if err := ignoringEINTR(func() error { return unix.Fstatfs(int(file.Fd()), &st) }); err != nil {
		return fmt.Errorf("statfs %s: %w", path, err)
	}
	u.inFragments(uint64(max(st.Bsize, 0)), uint64(max(st.Frsize, 0)))
	u.mount = mountOf(file)
	return nil
}

// inFragments converts bytes that were counted in blocks. A kernel may leave the
// sizes out.
func (u *usage) inFragments(block, fragment uint64) {
	if block == 0 || fragment == 0 {
		return
	}
	for _, bytes := range []*uint64{&u.total, &u.used, &u.available} {
		*bytes = *bytes / block * fragment
	}
}

// mountOf finds the mount that an open file is on. The zero value means that
// /proc does not provide this information.
func mountOf(file *os.File) mount {
	fd := strconv.Itoa(int(file.Fd()))
	path, err := os.Readlink("/proc/self/fd/" + fd)
	if err != nil {
		return mount{}
	}
	info, err := os.ReadFile("/proc/self/fdinfo/" + fd)
	if err != nil {
		return mount{}
	}
	lines, err := readMounts("/")
	if err != nil {
		return mount{}
	}
	_, id, _ := strings.Cut(string(info), "mnt_id:")
	id, _, _ = strings.Cut(id, "\n")
	for _, l := range lines {
		if l.id == strings.TrimSpace(id) {
			m := mount{known: true, point: l.point == path, filesystem: l.filesystem, readOnly: l.readOnly()}
			m.turned = l.turned() && !m.fullByDesign()
			return m
		}
	}
	return mount{}
}

func ignoringEINTR(f func() error) error {
	for {
		if err := f(); err != unix.EINTR { //nolint:errorlint // The error comes directly from the kernel.
			return err
		}
	}
}
