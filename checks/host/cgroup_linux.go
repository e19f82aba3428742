package host

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// This file reads the limits of cgroups, which gopsutil does not.

// A controller names the files of the memory controller in one version of
// cgroups, and the lines of memory.stat that count memory the kernel reclaims
// before it kills a process. Version 1 does not report the reclaimable part of
// the slab.
type controller struct {
	limit, usage string
	reclaimable  []string
}

func controllerOf(version int) controller {
	if version == 1 {
		return controller{"memory.limit_in_bytes", "memory.usage_in_bytes", []string{"total_active_file", "total_inactive_file"}}
	}
	return controller{"memory.max", "memory.current", []string{"active_file", "inactive_file", "slab_reclaimable"}}
}

// A cgroup has a limit.
type cgroup struct {
	controller
	dir   string
	limit uint64 // bytes
}

// tightestCgroup walks from the cgroup of this process up to the topmost visible
// cgroup, and returns the cgroup with the smallest limit. Of two with the same
// limit it returns the outer one, because it is charged for more memory.
func tightestCgroup(root string) (tightest cgroup, found bool, err error) {
	files, dir, top, err := memoryCgroup(root)
	if err != nil || dir == "" {
		return cgroup{}, false, err
	}
	for {
		limit, limited, fault := number(filepath.Join(dir, files.limit))
		if fault != nil {
			return cgroup{}, false, fault
		}
		if limited && limit > 0 && (!found || limit <= tightest.limit) {
			tightest, found = cgroup{files, dir, limit}, true
		}
		if dir == top || dir == filepath.Dir(dir) {
			return tightest, found, nil
		}
		dir = filepath.Dir(dir)
	}
}

// used returns the bytes that are charged to the cgroup and those below it and
// cannot be reclaimed.
func (c cgroup) used() (uint64, error) {
	usage, ok, err := number(filepath.Join(c.dir, c.usage))
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, fmt.Errorf("%s: has a limit, but no %s", c.dir, c.usage)
	}
	stat, err := keyValues(filepath.Join(c.dir, "memory.stat"), 1)
	if err != nil {
		return 0, err
	}
	for _, name := range c.reclaimable {
		usage -= min(stat[name], usage)
	}
	return usage, nil
}

// memoryCgroup finds the directory that shows the memory of this process's
// cgroup, and the mount point above it. Both are empty without such a cgroup. If
// a version 1 hierarchy has the memory controller, version 2 does not have it.
func memoryCgroup(root string) (files controller, dir, top string, err error) {
	v1, v2, err := cgroupPaths(root)
	if err != nil || v1 == "" && v2 == "" {
		return controller{}, "", "", err
	}
	mounts, err := readMounts(root)
	if err != nil {
		return controller{}, "", "", err
	}
	for version, path := range []string{1: v1, 2: v2} {
		for _, m := range mounts {
			if path != "" && m.cgroupVersion() == version {
				return controllerOf(version), m.cgroupDir(root, path), filepath.Join(root, m.point), nil
			}
		}
	}
	return controller{}, "", "", nil
}

// cgroupPaths reads /proc/self/cgroup: the path of this process in the v1
// hierarchy of the memory controller and in the v2 one. An empty path means that
// the process is in no cgroup of that version. On a kernel without cgroups the
// file does not exist and both paths are empty.
func cgroupPaths(root string) (v1, v2 string, err error) {
	data, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if os.IsNotExist(err) {
		return "", "", nil
	}
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(parts) < 3:
		case parts[0] == "0" && parts[1] == "":
			v2 = parts[2]
		case slices.Contains(strings.Split(parts[1], ","), "memory"):
			v1 = parts[2]
		}
	}
	return v1, v2, err
}

// cgroupVersion returns 1 for the version 1 hierarchy with the memory controller,
// 2 for the version 2 hierarchy, and 0 for other mounts.
func (l mountLine) cgroupVersion() int {
	switch {
	case l.filesystem == "cgroup2":
		return 2
	case l.filesystem == "cgroup" && slices.Contains(l.super, "memory"):
		return 1
	}
	return 0
}

// cgroupDir returns the directory of a cgroup's path. For a path outside the
// mounted part of the hierarchy, it returns the mount point. Such paths occur in
// a container that sees the host's path but has mounted only its own part.
func (l mountLine) cgroupDir(root, path string) string {
	rel, err := filepath.Rel(l.root, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") || strings.HasPrefix(path, "/..") {
		rel = "."
	}
	return filepath.Join(root, l.point, rel)
}
