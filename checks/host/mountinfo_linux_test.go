package host_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
)

func TestMountsAreReadFromTheKernelsList(t *testing.T) {
	t.Parallel()
	const info = `1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
2 1 8:2 /a\040b /srv\011x rw - ext4 /dev/sda2 ro
3 1 8:3 / /snap ro,nodev shared:5 master:1 - ext4 /dev/sda3 ro
4 1 8:4 / /f2 rw - f2fs /dev/sda4 rw,shutdown
5 1 8:5 / /e4 rw - ext4 /dev/sda5 rw,emergency_ro
6 1 0:30 / /lower rw - overlay overlay ro,lowerdir=/l
7 1 0:31 / /upper rw - overlay overlay ro,lowerdir=/l,upperdir=/u
8 1 0:32 / /bind ro - ext4 /dev/sda1 rw
9 1 0:33 / cut off
10 1 0:34 / /short rw - ext4 /dev/sda1
11 1 0:35 / rw - ext4 /dev/sda1 rw
`
	want := []string{
		`1 "/" "/" ext4 read-only=false turned=false`,
		`2 "/a b" "/srv\tx" ext4 read-only=true turned=true`,
		`3 "/" "/snap" ext4 read-only=true turned=false`,
		`4 "/" "/f2" f2fs read-only=true turned=true`,
		`5 "/" "/e4" ext4 read-only=true turned=true`,
		`6 "/" "/lower" overlay read-only=true turned=false`,
		`7 "/" "/upper" overlay read-only=true turned=true`,
		`8 "/" "/bind" ext4 read-only=true turned=false`,
	}
	got, err := host.Mounts(machine(t, map[string]string{"proc/self/mountinfo": info}))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, err := host.Mounts(t.TempDir()); err == nil {
		t.Errorf("without a list: %q, want an error", got)
	}
}

func TestBlocksAreCountedInFragmentsIfTheKernelSaysTheirSize(t *testing.T) {
	t.Parallel()
	u := host.NewUsage(8192, 4096, 2048, 10, 5)
	for _, sizes := range [][2]uint64{{0, 512}, {1024, 0}, {512, 512}} {
		if got := host.InFragments(u, sizes[0], sizes[1]); got != u {
			t.Errorf("block and fragment of %v: %+v, want %+v", sizes, got, u)
		}
	}
	if got, want := host.InFragments(u, 1024, 1), host.NewUsage(8, 4, 2, 10, 5); got != want {
		t.Errorf("in fragments %+v, want %+v", got, want)
	}
}

func TestCgroupOutsideOfWhatIsMountedIsTheMountPoint(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"/", "/x/y", "/m/x/y"}, {"/a", "/a/c", "/m/c"}, {"/a", "/a", "/m"}, {"/", "/..c", "/m"}, {"/a", "/a/..c", "/m/..c"},
		{"/a/b", "/a", "/m"}, {"/a/b", "/c", "/m"}, {"/", "/../x", "/m"}, {"a", "/x", "/m"},
	} {
		if got := host.CgroupDir(c[0], "/m", c[1]); got != c[2] {
			t.Errorf("cgroup %s of a hierarchy mounted from %s: %s, want %s", c[1], c[0], got, c[2])
		}
	}
}
