//go:build unix && !linux

package testservers

import "syscall"

// attr makes a program the leader of its own process group.
func attr(c *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: c}
}
