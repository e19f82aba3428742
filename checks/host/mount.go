package host

import (
	"slices"
	"strings"
)

// A mount is what the kernel knows about the mount that holds a path.
type mount struct {
	known      bool   // false if the system does not provide this information
	point      bool   // the path itself is the mount point
	filesystem string // such as ext4 or fuse.sshfs
	readOnly   bool   // no program can write, whatever the permissions
	// turned means that the filesystem was mounted for writing and has since
	// become read-only, as the kernel does after an error.
	turned bool
}

// fullByDesign reports whether the filesystem is made once, without a free
// byte, and never written again.
func (m mount) fullByDesign() bool {
	kinds := []string{"squashfs", "erofs", "iso9660", "cramfs", "romfs", "squashfuse", "snapfuse", "erofsfuse", "fuseiso"}
	return slices.Contains(kinds, strings.TrimPrefix(m.filesystem, "fuse."))
}
