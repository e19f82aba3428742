//go:build darwin || freebsd

package host

import (
	"context"
	"runtime"

	loadavg "github.com/shirou/gopsutil/v3/load"
)

const loadSupported = true

// readLoad asks the kernel; the argument matters on Linux.
func readLoad(string) (load, error) {
	l, err := loadavg.AvgWithContext(context.Background())
	if err != nil {
		return load{}, err
	}
	found := load{averages: [3]float64{l.Load1, l.Load5, l.Load15}, cpus: runtime.NumCPU()}
	return found, found.valid()
}
