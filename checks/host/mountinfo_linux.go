package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A mountLine is one line of /proc/self/mountinfo, see proc_pid_mountinfo(5).
type mountLine struct {
	id          string
	root, point string   // the mounted part of the filesystem, and its mount point
	options     []string // of this mount
	filesystem  string
	super       []string // options of the filesystem, shared by all its mounts
}

// readMounts reads the mounts that this process sees. gopsutil's Partitions is
// not suitable, because it reads the mounts of process 1 and merges the two kinds
// of options.
func readMounts(root string) ([]mountLine, error) {
	data, err := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return nil, err
	}
	var mounts []mountLine
	for line := range strings.Lines(string(data)) {
		before, after, _ := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if len(place) < 6 || len(kind) < 3 {
			continue
		}
		mounts = append(mounts, mountLine{
			id: place[0], root: unescapeMount(place[3]), point: unescapeMount(place[4]),
			options: strings.Split(place[5], ","), filesystem: kind[0], super: strings.Split(kind[2], ","),
		})
	}
	return mounts, nil
}

// unescapeMount reverses the kernel's escapes of blanks and backslashes.
func unescapeMount(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}

func (l mountLine) readOnly() bool {
	return slices.Contains(l.options, "ro") || slices.Contains(l.super, "ro") || l.stopped()
}

// stopped reports whether the filesystem refuses writes after an error, as ext4
// and f2fs can.
func (l mountLine) stopped() bool {
	return slices.Contains(l.super, "emergency_ro") || slices.Contains(l.super, "shutdown")
}

// turned reports whether the mount was made for writing, but its filesystem
// has become read-only. An overlay without an upper layer never was writable.
func (l mountLine) turned() bool {
	if l.filesystem == "overlay" && !slices.ContainsFunc(l.super, isUpper) {
		return false
	}
	return l.stopped() || slices.Contains(l.super, "ro") && !slices.Contains(l.options, "ro")
}

func isUpper(option string) bool { return strings.HasPrefix(option, "upperdir=") }
