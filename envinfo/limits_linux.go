package envinfo

import (
	"io/fs"
	"strconv"
	"strings"
)

// limitNames are the titles of /proc/self/limits by their names in limits.conf.
var limitNames = [...]struct{ title, name string }{
	{"Max address space", "as"},
	{"Max core file size", "core"},
	{"Max cpu time", "cpu"},
	{"Max data size", "data"},
	{"Max file size", "fsize"},
	{"Max file locks", "locks"},
	{"Max locked memory", "memlock"},
	{"Max msgqueue size", "msgqueue"},
	{"Max nice priority", "nice"},
	{"Max open files", "nofile"},
	{"Max processes", "nproc"},
	{"Max resident set", "rss"},
	{"Max realtime priority", "rtprio"},
	{"Max realtime timeout", "rttime"},
	{"Max pending signals", "sigpending"},
	{"Max stack size", "stack"},
}

func readLimits() map[string]limit { return parseLimits(rootFS()) }

// parseLimits reads /proc/self/limits, which knows all limits without their
// numbers, that differ between architectures. Nil when it cannot be read.
func parseLimits(root fs.FS) map[string]limit {
	text, err := readText(root, "proc/self/limits", 64<<10)
	if err != nil {
		return nil
	}
	limits := make(map[string]limit, len(limitNames))
	for line := range strings.Lines(text) {
		for _, l := range limitNames {
			rest, ok := strings.CutPrefix(line, l.title)
			if !ok {
				continue
			}
			if values := strings.Fields(rest); len(values) >= 2 {
				limits[l.name] = limit{Soft: limitValue(values[0]), Hard: limitValue(values[1])}
			}
			break
		}
	}
	return limits
}

// limitValue is a number where it is one.
func limitValue(text string) any {
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n
	}
	return text
}
