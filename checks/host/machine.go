package host

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/shirou/gopsutil/v3/common"
)

// at returns a context in which gopsutil reads the /proc below root, whatever
// HOST_PROC says: the cgroup and the mounts are those of this process, and
// must belong to the same machine.
func at(ctx context.Context, root string) context.Context {
	return context.WithValue(ctx, common.EnvKey, common.EnvMap{common.HostProcEnvKey: filepath.Join(root, "proc")})
}

// supports reports whether this program was built for one of the systems.
func supports(systems ...string) bool { return slices.Contains(systems, runtime.GOOS) }
