package envinfo

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// unlimited is the smallest value that means "no limit" in version 1 of control
// groups.
const unlimited = 1 << 60

// memoryLimit returns the smallest memory limit of this process's control group
// and those above it, in bytes. Zero means that there is no limit, or that this
// is not Linux. Inside a container the path may be the host's, while only the
// container's part is mounted. gopsutil does not read these limits.
func memoryLimit(root fs.FS) uint64 {
	groups, err := readText(root, "proc/self/cgroup", 64<<10)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(groups) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(fields) != 3:
		case fields[0] == "0" && fields[1] == "":
			if limit := smallest(root, "sys/fs/cgroup", fields[2], "memory.max"); limit > 0 {
				return limit
			}
		case fields[1] == "memory":
			return smallest(root, "sys/fs/cgroup/memory", fields[2], "memory.limit_in_bytes")
		}
	}
	return 0
}

// smallest reads the file in the group and in all groups above it.
func smallest(root fs.FS, mount, group, file string) uint64 {
	var limit uint64
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		text, err := readText(root, path.Join(mount, group, file), 64)
		if n, bad := strconv.ParseUint(strings.TrimSpace(text), 10, 64); err == nil && bad == nil && n < unlimited {
			if limit == 0 || n < limit {
				limit = n
			}
		}
		if group == "/" {
			return limit
		}
	}
}
