package faulttest

import (
	"net"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// A meter counts the bytes that the client's code has read: the bytes that its
// socket has received minus the bytes that are still in the socket's queue.
//
// The number of bytes that a server has written says little, because the kernel
// buffers megabytes for a client that reads nothing. But the client is in this
// process: the meter queries a duplicate of its descriptor, even after the client
// has closed its own. A client in another process is not metered.
type meter struct{ twin int }

const noTwin = -1

// newMeter duplicates the descriptor of the client of conn, which was accepted
// just now.
func newMeter(conn net.Conn) *meter {
	m := &meter{twin: noTwin}
	client, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return m
	}
	for _, fd := range descriptors() {
		if localAddress(fd) != client {
			continue
		}
		twin, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			continue
		}
		// Between the two calls fd may have been closed and reused.
		if localAddress(twin) == client {
			m.twin = twin
			return m
		}
		unix.Close(twin)
	}
	return m
}

func (m *meter) read() int64 {
	if m.twin == noTwin {
		return 0
	}
	info, err := unix.GetsockoptTCPInfo(m.twin, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	unread, err := unix.IoctlGetInt(m.twin, unix.SIOCINQ)
	if err != nil {
		unread = 0
	}
	return int64(info.Bytes_received) - int64(unread)
}

func (m *meter) close() {
	if m.twin != noTwin {
		unix.Close(m.twin)
		m.twin = noTwin
	}
}

// descriptors returns the numbers of this process's open descriptors.
func descriptors() []int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil
	}
	var fds []int
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil {
			fds = append(fds, fd)
		}
	}
	return fds
}

// openDescriptors returns the targets of the open descriptors by number, such as
// "socket:[12]". It excludes the descriptor with which it reads the directory.
func openDescriptors() map[int]string {
	open := map[int]string{}
	for _, fd := range descriptors() {
		if target, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd)); err == nil {
			open[fd] = target
		}
	}
	return open
}

// connectedTo returns the descriptors that are connected to address.
func connectedTo(address string) []int {
	peer, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil
	}
	var fds []int
	for _, fd := range descriptors() {
		if remoteAddress(fd) == peer {
			fds = append(fds, fd)
		}
	}
	return fds
}

func localAddress(fd int) netip.AddrPort {
	sa, err := unix.Getsockname(fd)
	return addrPort(sa, err)
}

func remoteAddress(fd int) netip.AddrPort {
	sa, err := unix.Getpeername(fd)
	return addrPort(sa, err)
}

func addrPort(sa unix.Sockaddr, err error) netip.AddrPort {
	if err != nil {
		return netip.AddrPort{}
	}
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port))
	}
	return netip.AddrPort{}
}
