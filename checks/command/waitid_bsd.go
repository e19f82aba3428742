//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package command

import (
	"errors"
	"syscall"
)

// awaitExit waits until the child has ended, without reaping it, and reports
// whether it could.
func awaitExit(pid int) bool {
	queue, err := syscall.Kqueue()
	if err != nil {
		return false
	}
	defer syscall.Close(queue)
	wanted, events := make([]syscall.Kevent_t, 1), make([]syscall.Kevent_t, 1)
	syscall.SetKevent(&wanted[0], pid, syscall.EVFILT_PROC, syscall.EV_ADD|syscall.EV_ONESHOT)
	wanted[0].Fflags = syscall.NOTE_EXIT
	for {
		_, err := syscall.Kevent(queue, wanted, events, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err == nil && events[0].Flags&syscall.EV_ERROR != 0 {
			err = syscall.Errno(events[0].Data)
		}
		return err == nil || errors.Is(err, syscall.ESRCH) // Ended before it could be watched.
	}
}
