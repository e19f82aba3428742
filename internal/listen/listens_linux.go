package listen

import (
	"os"

	"golang.org/x/sys/unix"
)

// listens reports whether a socket accepts connections. A socket that is itself a
// connection does not.
func listens(file *os.File) bool {
	raw, err := file.SyscallConn()
	if err != nil {
		return false
	}
	accepts := 0
	controlled := raw.Control(func(fd uintptr) {
		accepts, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	})
	return controlled == nil && err == nil && accepts == 1
}
