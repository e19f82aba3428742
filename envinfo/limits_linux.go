package envinfo

import (
	"context"
	"math"
	"os"

	"github.com/shirou/gopsutil/v3/common"
	"github.com/shirou/gopsutil/v3/process"
)

// readLimits returns nil if /proc is not readable.
func readLimits(ctx context.Context) map[string]limit {
	// HOST_PROC, if it is set, shows the processes of another pid namespace.
	own := context.WithValue(ctx, common.EnvKey, common.EnvMap{common.HostProcEnvKey: "/proc"})
	pid := int32(os.Getpid()) //nolint:gosec // The kernel's numbers have at most 22 bits.
	stats, err := (&process.Process{Pid: pid}).RlimitWithContext(own)
	if err != nil {
		return nil
	}
	names := [...]string{ // as limits.conf names them
		process.RLIMIT_AS: "as", process.RLIMIT_CORE: "core", process.RLIMIT_CPU: "cpu", process.RLIMIT_DATA: "data",
		process.RLIMIT_FSIZE: "fsize", process.RLIMIT_LOCKS: "locks", process.RLIMIT_MEMLOCK: "memlock",
		process.RLIMIT_MSGQUEUE: "msgqueue", process.RLIMIT_NICE: "nice", process.RLIMIT_NOFILE: "nofile",
		process.RLIMIT_NPROC: "nproc", process.RLIMIT_RSS: "rss", process.RLIMIT_RTPRIO: "rtprio",
		process.RLIMIT_RTTIME: "rttime", process.RLIMIT_SIGPENDING: "sigpending", process.RLIMIT_STACK: "stack",
	}
	limits := make(map[string]limit, len(stats))
	for _, s := range stats {
		if i := int(s.Resource); 0 <= i && i < len(names) {
			limits[names[i]] = limit{Soft: limitValue(s.Soft), Hard: limitValue(s.Hard)}
		}
	}
	return limits
}

// limitValue is a number, or "unlimited" for RLIM_INFINITY.
func limitValue(n uint64) any {
	if n == math.MaxUint64 {
		return "unlimited"
	}
	return n
}
