package host

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A controller is how one version of cgroups names the files of its memory
// controller.
type controller struct{ limit, usage, inactive string }

var (
	cgroupV1 = controller{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
	cgroupV2 = controller{"memory.max", "memory.current", "inactive_file"}
)

// A cgroup is one that has a limit.
type cgroup struct {
	controller
	dir   string
	limit uint64 // bytes
}

// tightestCgroup walks from the cgroup of this process to the root that it can
// see, and returns the one with the smallest limit. Of two with the same limit
// the outer one counts, since more is charged to it.
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

// workingSet is what is charged to the cgroup and those below it, without the
// part of the page cache that was not used lately. In bytes.
func (c cgroup) workingSet() (uint64, error) {
	usage, ok, err := number(filepath.Join(c.dir, c.usage))
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, fmt.Errorf("%s: has no %s, but a limit", c.dir, c.usage)
	}
	stat, err := keyValues(filepath.Join(c.dir, "memory.stat"))
	if err != nil {
		return 0, err
	}
	return usage - min(stat[c.inactive], usage), nil
}

// memoryCgroup says where the memory controller shows the cgroup of this
// process: its directory and the mount point above it. Empty: nowhere.
// A hierarchy of version 1 that has the controller takes it away from version 2.
func memoryCgroup(root string) (files controller, dir, top string, err error) {
	v1, v2, err := cgroupPaths(root)
	if err != nil || v1 == "" && v2 == "" {
		return controller{}, "", "", err
	}
	mounts, err := cgroupMounts(root)
	if err != nil {
		return controller{}, "", "", err
	}
	for _, m := range mounts {
		if m.version == 1 && v1 != "" {
			return cgroupV1, m.dir(root, v1), filepath.Join(root, m.point), nil
		}
	}
	for _, m := range mounts {
		if m.version == 2 && v2 != "" {
			return cgroupV2, m.dir(root, v2), filepath.Join(root, m.point), nil
		}
	}
	return controller{}, "", "", nil
}

// cgroupPaths reads /proc/self/cgroup: the path of this process in the v1
// hierarchy of the memory controller and in the v2 one. Empty: in none. A
// kernel without cgroups has no such file.
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

// A cgroupMount is where a hierarchy is mounted, and which part of it.
type cgroupMount struct {
	version     int
	root, point string
}

// dir is the directory of a cgroup's path. A path outside of what is mounted
// (a container that sees the host's path, but only its own part) is the mount.
func (m cgroupMount) dir(root, path string) string {
	rel, err := filepath.Rel(m.root, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") || strings.HasPrefix(path, "/..") {
		rel = "."
	}
	return filepath.Join(root, m.point, rel)
}

// cgroupMounts reads /proc/self/mountinfo (proc_pid_mountinfo(5)): the v2
// mounts and those of v1 that have the memory controller.
func cgroupMounts(root string) ([]cgroupMount, error) {
	data, err := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return nil, err
	}
	var mounts []cgroupMount
	for line := range strings.Lines(string(data)) {
		before, after, _ := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if len(place) < 5 || len(kind) < 3 {
			continue
		}
		m := cgroupMount{root: unescapeMount(place[3]), point: unescapeMount(place[4])}
		switch {
		case kind[0] == "cgroup2":
			m.version = 2
		case kind[0] == "cgroup" && slices.Contains(strings.Split(kind[2], ","), "memory"):
			m.version = 1
		default:
			continue
		}
		mounts = append(mounts, m)
	}
	return mounts, nil
}

// unescapeMount undoes what the kernel does to blanks and backslashes.
func unescapeMount(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}
