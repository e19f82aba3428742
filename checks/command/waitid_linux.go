package command

import (
	"errors"
	"syscall"
	"unsafe"
)

// Of waitid(2), not in package syscall.
const (
	idIsPid = 1          // P_PID
	exited  = 0x4        // WEXITED
	noWait  = 0x01000000 // WNOWAIT
)

// awaitExit waits until the child has ended, without reaping it, and says
// whether it could.
func awaitExit(pid int) bool {
	var info [128]byte // siginfo_t
	for {
		place := unsafe.Pointer(&info) //nolint:gosec // The kernel writes at most the 128 bytes of a siginfo_t.
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, idIsPid, uintptr(pid), uintptr(place), exited|noWait, 0, 0)
		if !errors.Is(errno, syscall.EINTR) {
			return errno == 0
		}
	}
}
