//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package terminal

import "golang.org/x/sys/unix"

func isTerminal(fd uintptr) bool {
	_, err := unix.IoctlGetTermios(int(fd), getAttributes)
	return err == nil
}

func size(fd uintptr) (columns, rows int) {
	s, err := unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	return int(s.Col), int(s.Row)
}

func keys(fd uintptr) (restore func(), err error) {
	before, err := unix.IoctlGetTermios(int(fd), getAttributes)
	if err != nil {
		return nil, err
	}
	now := *before
	now.Lflag &^= unix.ECHO | unix.ICANON
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(int(fd), setAttributes, &now); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(int(fd), setAttributes, before) }, nil
}
