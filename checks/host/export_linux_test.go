package host

import "fmt"

// InFragments returns u with the bytes of blocks converted.
func InFragments(u Usage, block, fragment uint64) Usage {
	u.inFragments(block, fragment)
	return u
}

// Mounts reads the mounts of the machine whose /proc is below root.
func Mounts(root string) (texts []string, err error) {
	mounts, err := readMounts(root)
	for _, l := range mounts {
		texts = append(texts, fmt.Sprintf("%s %q %q %s read-only=%v turned=%v", l.id, l.root, l.point, l.filesystem, l.readOnly(), l.turned()))
	}
	return texts, err
}

// CgroupDir is where the cgroup with that path is below the mount point, if root is
// the mounted part of the hierarchy.
func CgroupDir(root, point, path string) string {
	return mountLine{root: root, point: point}.cgroupDir("/", path)
}
