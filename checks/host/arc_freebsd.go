package host

import "golang.org/x/sys/unix"

// arc returns the number of bytes that ZFS releases under memory pressure.
// gopsutil does not read it.
func arc() uint64 {
	size, err := unix.SysctlUint64("kstat.zfs.misc.arcstats.size")
	if err != nil {
		return 0
	}
	least, err := unix.SysctlUint64("kstat.zfs.misc.arcstats.c_min")
	if err != nil || size < least {
		return 0
	}
	return size - least
}
