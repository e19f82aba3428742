package host

import "golang.org/x/sys/unix"

// arc returns what ZFS gives back under pressure, which gopsutil does not
// read. In bytes.
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
