package testservers

import "syscall"

// attr makes a program the leader of its own process group, and ends it with
// us also when a test's time-out kills us without cleaning up.
func attr(c *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: c, Pdeathsig: syscall.SIGKILL}
}
