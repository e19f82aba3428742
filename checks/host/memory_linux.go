package host

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const memorySupported = true

// readMemory returns the memory of the tightest cgroup or, when none limits us
// or hostOnly is set, that of the machine.
func readMemory(root string, hostOnly bool) (memory, error) {
	host, err := hostMemory(root)
	if err != nil || hostOnly {
		return host, err
	}
	group, found, err := tightestCgroup(root)
	if err != nil || !found || group.limit >= host.limit {
		return host, err
	}
	used, err := group.workingSet()
	return memory{used: used, limit: group.limit, cgroup: true}, err
}

// hostMemory is that of /proc/meminfo, whose numbers are in KiB. A kernel
// older than 3.14 has no MemAvailable; the sum is what free(1) showed then.
func hostMemory(root string) (memory, error) {
	path := filepath.Join(root, "proc/meminfo")
	info, err := keyValues(path)
	if err != nil {
		return memory{}, err
	}
	total, available := info["MemTotal:"], info["MemFree:"]+info["Buffers:"]+info["Cached:"]
	if v, known := info["MemAvailable:"]; known {
		available = v
	}
	if total == 0 {
		return memory{}, fmt.Errorf("%s: has no MemTotal", path)
	}
	return memory{used: (total - min(available, total)) << 10, limit: total << 10}, nil
}

// keyValues reads a file whose lines begin with a word and a number; other
// lines are passed over.
func keyValues(path string) (map[string]uint64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := map[string]uint64{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 2 {
			continue
		}
		if v, fault := strconv.ParseUint(words[1], 10, 64); fault == nil {
			values[words[0]] = v
		}
	}
	return values, nil
}

// number reads a file that holds one number; ok is false when there is no such
// file, or when it holds a word such as "max".
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
