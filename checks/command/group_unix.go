//go:build unix

package command

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A group is the process group and session of a program. The group id remains
// valid until the leader is reaped. Afterwards the kernel may reuse it, so kill
// and reap exclude each other.
type group struct {
	number int    // of its leader
	mark   string // the value of runID in the environment of its members
	mu     sync.Mutex
	reaped bool

	escaped []int // processes that left the group and were killed
}

// kill ends the whole group and the processes that left it. It reports whether
// the leader had not been reaped yet.
func (g *group) kill() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.reaped {
		return false
	}
	g.killAll()
	return true
}

// reap waits for the leader to exit, kills the processes it left behind and reaps
// the leader. Where the system cannot wait without reaping, nothing is killed
// afterwards.
func (g *group) reap(cmd *exec.Cmd) {
	unreaped := awaitExit(g.number)
	if !unreaped {
		_ = cmd.Wait() // cmd.ProcessState says how it ended.
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if unreaped {
		g.killAll()
		_ = cmd.Wait()
		adopted(append(g.escaped, -g.number))
	}
	g.reaped = true
}

func (g *group) killAll() {
	g.killGroup()
	g.escaped = append(g.escaped, killEscaped(g.number, g.mark)...)
}

// killGroup fails only if the group has no members left.
func (g *group) killGroup() { _ = syscall.Kill(-g.number, syscall.SIGKILL) }

// adopted reaps the orphans of a killed program if this process is process 1, as
// in many containers: orphans become children of process 1. A positive id names a
// process, a negative id a group. All of them have received SIGKILL and end soon.
// On a starved machine a goroutine continues to reap them, so that the check need
// not wait.
func adopted(pids []int) {
	if os.Getpid() != 1 {
		return
	}
	if left := reapAll(pids, maxAdoption, time.Millisecond); len(left) > 0 {
		go reapAll(left, maxLateAdoption, 50*time.Millisecond)
	}
}

// How long a run waits for orphans, and how long a goroutine then continues to
// reap them. Both are bounded because the kernel may never release a process.
const (
	maxAdoption     = 200 * time.Millisecond
	maxLateAdoption = 10 * time.Second
)

// reapAll reaps until no process is left or limit has passed. It returns the ids
// that are left.
func reapAll(pids []int, limit, pause time.Duration) (left []int) {
	for end := time.Now().Add(limit); ; time.Sleep(pause) {
		pids = slices.DeleteFunc(pids, gone)
		if len(pids) == 0 || time.Now().After(end) {
			return pids
		}
	}
}

// gone reaps the dead and reports whether no process is left. A process that is
// not our child yet (ECHILD) may become one when its parent dies.
func gone(pid int) bool {
	for {
		reaped, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
		if reaped <= 0 && !errors.Is(err, syscall.EINTR) {
			return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
		}
	}
}
