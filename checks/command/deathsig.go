//go:build linux || freebsd

package command

import "syscall"

// endWithUs makes the kernel kill the program when this process dies, even if
// SIGKILL ends it.
func endWithUs(attr *syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.Pdeathsig = syscall.SIGKILL
	return attr
}
