//go:build unix

package command

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// A group is the process group of a program. Its number stays ours while its
// leader is not reaped or a member lives; after that it may be another's, so
// that kill and reap exclude each other.
type group struct {
	id     int
	mu     sync.Mutex
	reaped bool
}

// kill ends the whole group, and says whether its leader was still to be reaped.
func (g *group) kill() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.reaped {
		return false
	}
	_ = syscall.Kill(-g.id, syscall.SIGKILL) // ESRCH: there is nobody left.
	return true
}

// reap waits for the end of the leader, kills who is left in its group and
// reaps it.
func (g *group) reap(cmd *exec.Cmd) {
	early := awaitExit(g.id)
	if !early {
		_ = cmd.Wait() // How it ended stands in cmd.ProcessState.
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = syscall.Kill(-g.id, syscall.SIGKILL)
	if early {
		_ = cmd.Wait()
	}
	g.reaped = true
}

// adopted reaps what a killed program left to us: orphans become the children
// of process 1, which is this one in many containers. Pid is that of one
// process or, negative, of a group.
func adopted(pid int) {
	if os.Getpid() != 1 {
		return
	}
	// They have got their SIGKILL, and need but a moment.
	for range 20 {
		reaped, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
		switch {
		case errors.Is(err, syscall.EINTR) || reaped > 0:
		case err != nil:
			return // ECHILD: none is left.
		default:
			time.Sleep(time.Millisecond)
		}
	}
}
