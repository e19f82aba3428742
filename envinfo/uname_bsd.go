//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package envinfo

import (
	"strings"
	"syscall"
)

// uname is Python's os.uname with the processor: system, node, release,
// version, machine, "". Unknown fields are empty. gopsutil lacks most of them.
func uname() [6]string {
	var out [6]string
	for i, name := range []string{"kern.ostype", "kern.hostname", "kern.osrelease", "kern.version", "hw.machine"} {
		if value, err := syscall.Sysctl(name); err == nil {
			out[i] = strings.TrimSpace(value)
		}
	}
	return out
}
