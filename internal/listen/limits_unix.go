//go:build unix

package listen

import "syscall"

// descriptorLimit returns how many files the process may open, 0 if unknown.
func descriptorLimit() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	const most = 1 << 20
	return int(min(uint64(limit.Cur), most)) //nolint:unconvert // Bounded; signed on some systems.
}
