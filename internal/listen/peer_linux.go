package listen

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// peerUID returns the user of the process at the other end of a Unix socket.
func peerUID(conn net.Conn) (uid int, known bool) {
	c, is := conn.(*net.UnixConn)
	if !is {
		return 0, false
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, false
	}
	var credentials *unix.Ucred
	controlled := raw.Control(func(fd uintptr) {
		credentials, err = unix.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if controlled != nil || err != nil {
		return 0, false
	}
	return int(credentials.Uid), true
}
