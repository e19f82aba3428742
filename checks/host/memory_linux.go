package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const memorySupported = true

// readMemory returns the memory of the tightest cgroup. If hostOnly is set or no
// cgroup limits this process, it returns the memory of the machine.
func readMemory(ctx context.Context, root string, hostOnly bool) (memory, error) {
	host, err := hostMemory(at(ctx, root), arc(root))
	if err != nil || hostOnly {
		return host, err
	}
	group, found, err := tightestCgroup(root)
	if err != nil || !found || group.limit >= host.limit {
		return host, err
	}
	used, err := group.used()
	return memory{used: used, limit: group.limit, cgroup: true}, err
}

// arc returns the number of bytes that ZFS releases under memory pressure.
// gopsutil does not read it, and the kernel does not count it as available.
func arc(root string) uint64 {
	stats, err := keyValues(filepath.Join(root, "proc/spl/kstat/zfs/arcstats"), 2)
	if err != nil || stats["size"] < stats["c_min"] || virtualised(root) {
		return 0
	}
	return stats["size"] - stats["c_min"]
}

// virtualised reports whether lxcfs provides /proc/meminfo. Then arcstats
// describes the container's host and not the container.
func virtualised(root string) bool {
	mounts, err := readMounts(root)
	return err == nil && slices.ContainsFunc(mounts, func(l mountLine) bool { return l.point == "/proc/meminfo" })
}

// keyValues reads a file with columns of words. The first column is the key, the
// column with the given index the value. Lines without a number there are
// ignored.
func keyValues(path string, column int) (map[string]uint64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := map[string]uint64{}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) <= column {
			continue
		}
		if v, fault := strconv.ParseUint(words[column], 10, 64); fault == nil {
			values[words[0]] = v
		}
	}
	return values, nil
}

// number reads a file that holds one number. If the file does not exist or holds
// a word such as "max", ok is false.
func number(path string) (v uint64, ok bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	v, err = strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
	return v, err == nil, nil
}
