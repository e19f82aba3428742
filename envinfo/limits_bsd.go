//go:build darwin || freebsd

package envinfo

import (
	"context"
	"math"
	"syscall"
)

// readLimits asks the kernel for the limits that package syscall names: gopsutil
// reads those of Linux only.
func readLimits(context.Context) map[string]limit {
	limits := map[string]limit{}
	for name, resource := range map[string]int{
		"as": syscall.RLIMIT_AS, "core": syscall.RLIMIT_CORE, "cpu": syscall.RLIMIT_CPU, "data": syscall.RLIMIT_DATA,
		"fsize": syscall.RLIMIT_FSIZE, "nofile": syscall.RLIMIT_NOFILE, "stack": syscall.RLIMIT_STACK,
	} {
		var r syscall.Rlimit
		if err := syscall.Getrlimit(resource, &r); err == nil {
			limits[name] = limit{Soft: limitValue(uint64(r.Cur)), Hard: limitValue(uint64(r.Max))}
		}
	}
	return limits
}

// limitValue is a number, or "unlimited" for RLIM_INFINITY, the largest signed
// number here.
func limitValue(n uint64) any {
	if n >= math.MaxInt64 {
		return "unlimited"
	}
	return n
}
