//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package terminal

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// Resized reports each change of the terminal's size until stop is called.
func Resized() (changes <-chan os.Signal, stop func()) { return notify(unix.SIGWINCH) }

// Suspended sends a value for each Ctrl-Z until stop is called. The receiver must
// restore the terminal, call Suspend, and take the terminal over again.
func Suspended() (wishes <-chan os.Signal, stop func()) { return notify(unix.SIGTSTP) }

// Suspend stops this process until somebody lets it go on.
func Suspend() {
	resumed, stop := notify(unix.SIGCONT)
	defer stop()
	if unix.Kill(unix.Getpid(), unix.SIGSTOP) == nil {
		<-resumed // Kill may return before the process stops.
	}
}

func notify(s os.Signal) (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, s)
	return c, func() { signal.Stop(c) }
}
