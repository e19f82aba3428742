//go:build unix

package state

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks f until it is closed or the process ends. The error is errBusy
// if another process holds the lock.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errBusy
	}
	return err
}
