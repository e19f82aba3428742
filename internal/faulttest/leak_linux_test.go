package faulttest_test

import (
	"net"
	"syscall"
	"testing"
)

// duplicate returns another descriptor of conn, which nobody closes.
func duplicate(t *testing.T, conn *net.TCPConn) int {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	twin := -1
	raw.Control(func(fd uintptr) { twin, err = syscall.Dup(int(fd)) })
	if err != nil {
		t.Error(err)
	}
	return twin
}

func closeAll(fds chan int) {
	close(fds)
	for fd := range fds {
		syscall.Close(fd)
	}
}
