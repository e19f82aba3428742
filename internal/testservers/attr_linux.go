package testservers

import "syscall"

// attr makes a program the leader of its own process group. The kernel kills the
// program when the test process dies without cleaning up, as after a time-out.
func attr(c *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: c, Pdeathsig: syscall.SIGKILL}
}
