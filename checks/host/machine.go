package host

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/shirou/gopsutil/v3/common"
)

// at returns a context in which gopsutil reads the /proc below root and ignores
// HOST_PROC. The cgroup and the mounts are read for this process, so all values
// must come from the same machine.
func at(ctx context.Context, root string) context.Context {
	return context.WithValue(ctx, common.EnvKey, common.EnvMap{common.HostProcEnvKey: filepath.Join(root, "proc")})
}

// supports reports whether this program was built for one of the systems.
func supports(systems ...string) bool { return slices.Contains(systems, runtime.GOOS) }
