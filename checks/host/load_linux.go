package host

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const loadSupported = true

// readLoad reads /proc/loadavg. The processors are counted in /proc/stat, since
// runtime.NumCPU knows only those that this process may run on.
func readLoad(root string) (load, error) {
	path := filepath.Join(root, "proc/loadavg")
	data, err := os.ReadFile(path)
	if err != nil {
		return load{}, err
	}
	l := load{cpus: onlineCPUs(root)}
	if n, _ := fmt.Sscan(string(data), &l.averages[0], &l.averages[1], &l.averages[2]); n != len(l.averages) {
		return load{}, fmt.Errorf("%s begins with %d numbers, want three", path, n)
	}
	return l, l.valid()
}

func onlineCPUs(root string) int {
	data, err := os.ReadFile(filepath.Join(root, "proc/stat"))
	if err != nil {
		return runtime.NumCPU()
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		// "cpu  1 2 …" is the sum, "cpu0 1 2 …" a processor.
		if rest, is := strings.CutPrefix(line, "cpu"); is && !strings.HasPrefix(rest, " ") {
			n++
		}
	}
	if n == 0 {
		return runtime.NumCPU()
	}
	return n
}
