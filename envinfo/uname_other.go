//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package envinfo

import (
	"context"
	"os"
	"runtime"

	"github.com/shirou/gopsutil/v3/host"
)

// uname has the fields of Python's platform.uname, as far as they are known:
// system, node, release, version, machine, "".
func uname() [6]string {
	node, err := os.Hostname()
	if err != nil {
		node = ""
	}
	release, err := host.KernelVersionWithContext(context.Background())
	if err != nil {
		release = ""
	}
	return [6]string{runtime.GOOS, node, release, "", runtime.GOARCH, ""}
}
