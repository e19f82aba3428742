package envinfo

import (
	"context"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"github.com/shirou/gopsutil/v3/host"
)

// osInfo is the section os.
type osInfo struct {
	Platform     string        `json:"platform"` // the operating system as Go names it
	Name         string        `json:"name"`     // posix or nt, as in the Python library
	Uname        [6]string     `json:"uname"`
	Distribution *distribution `json:"distribution,omitempty"`
	Uptime       uint64        `json:"uptime,omitempty"` // of the kernel, in seconds
	CPUs         int           `json:"cpus"`             // that this process may use
	Memory       *memory       `json:"memory,omitempty"`
}

// memory holds the host's memory and the limit of this process's control group,
// in bytes.
type memory struct {
	Total     uint64 `json:"total"`
	Available uint64 `json:"available"`
	Limit     uint64 `json:"limit,omitempty"` // absent without a limit
}

// newOSReader returns the reader of the section os. It reads the distribution
// once.
func newOSReader(root fs.FS) func(context.Context) (any, error) {
	distro := sync.OnceValue(func() *distribution { return readDistribution(root) })
	return func(ctx context.Context) (any, error) {
		// Not host.Info, which executes lsb_release.
		uptime, err := host.UptimeWithContext(ctx)
		if err != nil {
			uptime = 0 // unknown, and so absent
		}
		return osInfo{
			Platform:     runtime.GOOS,
			Name:         osName(),
			Uname:        uname(),
			Distribution: distro(),
			Uptime:       uptime,
			CPUs:         runtime.NumCPU(),
			Memory:       readMemory(ctx),
		}, nil
	}
}

// osName is Python's os.name.
func osName() string {
	if runtime.GOOS == "windows" {
		return "nt"
	}
	return "posix"
}

// rootFS is the file system that the readers of well-known files look at.
func rootFS() fs.FS { return os.DirFS("/") }
