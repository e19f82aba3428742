package host_test

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
)

const mib = 1 << 20

// meminfo is of a machine with 16 GiB, of which 4 are available.
const meminfo = `MemTotal:       16777216 kB
MemFree:         1048576 kB
MemAvailable:    4194304 kB
Buffers:          102400 kB
Cached:          3145728 kB
HugePages_Total:       0
`

const (
	v2Mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
	v1Mounts = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n" +
		"33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
		"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
		"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	v1Unlimited = "9223372036854771712\n"
)

// v2 is the files of one cgroup; numbers are bytes, the limit may be a word.
func v2(dir, limit, current, inactive string) map[string]string {
	return map[string]string{
		dir + "/memory.max":     limit + "\n",
		dir + "/memory.current": current + "\n",
		dir + "/memory.stat":    "anon 1\nfile 2\ninactive_file " + inactive + "\n",
	}
}

func v1(dir, limit, usage, inactive string) map[string]string {
	return map[string]string{
		dir + "/memory.limit_in_bytes": limit + "\n",
		dir + "/memory.usage_in_bytes": usage + "\n",
		dir + "/memory.stat":           "inactive_file 1\nhierarchical_memory_limit 5\ntotal_inactive_file " + inactive + "\n",
	}
}

func TestMemoryLooksAtTheSmallestLimit(t *testing.T) {
	t.Parallel()
	const top = "sys/fs/cgroup"
	for _, c := range []struct {
		name           string
		cgroup, mounts string
		groups         []map[string]string
		want           string
	}{
		{
			name: "no cgroups at all", want: "75% of 16GiB used",
		},
		{
			name: "v2, no limit anywhere", cgroup: "0::/system.slice/hc.service\n", mounts: v2Mounts,
			groups: []map[string]string{v2(top+"/system.slice/hc.service", "max", "1", "0"), v2(top+"/system.slice", "max", "1", "0")},
			want:   "75% of 16GiB used",
		},
		{
			name: "v2, in a namespace of its own", cgroup: "0::/\n", mounts: v2Mounts,
			groups: []map[string]string{v2(top, "2147483648", "1073741824", "193273528")},
			want:   "41% of 2GiB used (cgroup)",
		},
		{
			name: "v2, the limit of the parent", cgroup: "0::/kubepods/pod1/c1\n", mounts: v2Mounts,
			groups: []map[string]string{
				v2(top+"/kubepods/pod1/c1", "max", "1048576", "0"),
				v2(top+"/kubepods/pod1", "1073741824", "536870912", "0"),
				v2(top+"/kubepods", "8589934592", "8589934592", "0"),
			},
			want: "50% of 1GiB used (cgroup)",
		},
		{
			name: "v2, the limit of the child", cgroup: "0::/pod1/c1\n", mounts: v2Mounts,
			groups: []map[string]string{
				v2(top+"/pod1/c1", "536870912", "53687091", "0"), v2(top+"/pod1", "1073741824", "1073741824", "0"),
			},
			want: "10% of 512MiB used (cgroup)",
		},
		{
			name: "v2, the same limit twice: the parent has its other children too", cgroup: "0::/pod1/c1\n", mounts: v2Mounts,
			groups: []map[string]string{
				v2(top+"/pod1/c1", "1073741824", "107374182", "0"), v2(top+"/pod1", "1073741824", "858993459", "0"),
			},
			want: "80% of 1GiB used (cgroup)",
		},
		{
			name: "v2, a limit above the machine's memory", cgroup: "0::/c1\n", mounts: v2Mounts,
			groups: []map[string]string{v2(top+"/c1", "68719476736", "1", "0")},
			want:   "75% of 16GiB used",
		},
		{
			name: "v2, a cgroup outside of the namespace", cgroup: "0::/../../elsewhere\n", mounts: v2Mounts,
			groups: []map[string]string{v2(top, "1073741824", "268435456", "0")},
			want:   "25% of 1GiB used (cgroup)",
		},
		{
			name: "v2, more inactive than charged", cgroup: "0::/\n", mounts: v2Mounts,
			groups: []map[string]string{v2(top, "1073741824", "5", "10")},
			want:   "0% of 1GiB used (cgroup)",
		},
		{
			name: "v2, mounted on a path with a blank", cgroup: "0::/c1\n",
			mounts: "30 23 0:26 / /sys/my\\040groups rw - cgroup2 cgroup2 rw\n",
			groups: []map[string]string{v2("sys/my groups/c1", "1073741824", "268435456", "0")},
			want:   "25% of 1GiB used (cgroup)",
		},
		{
			name: "v2, not mounted", cgroup: "0::/c1\n", mounts: "1 1 0:1 / / rw - ext4 /dev/sda rw\n", want: "75% of 16GiB used",
		},
		{
			name: "v1, no limit anywhere", cgroup: "4:memory:/system.slice\n1:cpu:/\n0::/\n", mounts: v1Mounts,
			groups: []map[string]string{v1(top+"/memory/system.slice", v1Unlimited, "1", "0"), v1(top+"/memory", v1Unlimited, "1", "0")},
			want:   "75% of 16GiB used",
		},
		{
			name: "v1 beside a v2 without controllers", cgroup: "5:pids,memory:/slice/unit\n0::/slice/unit\n", mounts: v1Mounts,
			groups: []map[string]string{
				v1(top+"/memory/slice/unit", v1Unlimited, "1", "0"),
				v1(top+"/memory/slice", "1073741824", "644245094", "107374182"),
				v1(top+"/memory", v1Unlimited, "1", "0"),
			},
			want: "50% of 1GiB used (cgroup)",
		},
		{
			name: "v1, a container that is told the path of the host", cgroup: "4:memory:/docker/abc\n",
			mounts: "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			groups: []map[string]string{v1(top+"/memory", "1073741824", "268435456", "0")},
			want:   "25% of 1GiB used (cgroup)",
		},
		{
			name: "v1, a cgroup within the container's", cgroup: "4:memory:/docker/abc/sub\n",
			mounts: "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			groups: []map[string]string{
				v1(top+"/memory/sub", "536870912", "268435456", "0"), v1(top+"/memory", "1073741824", "268435456", "0"),
			},
			want: "50% of 512MiB used (cgroup)",
		},
		{
			name: "v1, only another controller is mounted", cgroup: "4:memory:/a\n",
			mounts: "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", want: "75% of 16GiB used",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"proc/meminfo": meminfo}
			if c.cgroup != "" {
				files["proc/self/cgroup"], files["proc/self/mountinfo"] = c.cgroup, c.mounts
			}
			for _, g := range c.groups {
				maps.Copy(files, g)
			}
			call(t.Context(), must(t)(host.Memory{FailPercent: 100}.BuildAt(machine(t, files)))).passed(t, c.want)
		})
	}
}

// limited is a machine with a cgroup of 1 GiB, of which that many bytes are used.
func limited(t *testing.T, used string) string {
	t.Helper()
	files := v2("sys/fs/cgroup", "1073741824", used, "0")
	files["proc/meminfo"], files["proc/self/cgroup"], files["proc/self/mountinfo"] = meminfo, "0::/\n", v2Mounts
	return machine(t, files)
}

func TestMemoryThresholds(t *testing.T) {
	t.Parallel()
	run := func(m host.Memory, used string) answer {
		return call(t.Context(), must(t)(m.BuildAt(limited(t, used))))
	}
	run(host.Memory{}, "955630223").passed(t, "89% of 1GiB used (cgroup)")
	run(host.Memory{}, "966367642").warned(t, "90% of 1GiB used (cgroup)", "90% of 1GiB used (cgroup), want below 90%")
	run(host.Memory{}, "1041529570").failed(t, checks.ReasonThreshold, "97% of 1GiB used (cgroup), want below 97%")
	run(host.Memory{WarnPercent: 95}, "1073741824").warned(t, "100% of 1GiB used (cgroup)", "100% of 1GiB used (cgroup), want below 95%")
	run(host.Memory{FailPercent: 99}, "1041529570").passed(t, "97% of 1GiB used (cgroup)")
}

func TestMemoryObservesTheWorkingSet(t *testing.T) {
	t.Parallel()
	call(t.Context(), must(t)(host.Memory{}.BuildAt(limited(t, "268435456")))).
		observed(t, map[string]float64{"used_ratio": 0.25, "working_set_bytes": 256 * mib, "limit_bytes": 1024 * mib})
	call(t.Context(), must(t)(host.Memory{Scope: "host"}.BuildAt(limited(t, "268435456")))).
		observed(t, map[string]float64{"used_ratio": 0.75, "working_set_bytes": 12 * 1024 * mib, "limit_bytes": 16 * 1024 * mib})
}

func TestMemoryOfAnOldKernelCountsTheCaches(t *testing.T) {
	t.Parallel()
	old := strings.Replace(meminfo, "MemAvailable", "Unavailable", 1)
	call(t.Context(), must(t)(host.Memory{}.BuildAt(machine(t, map[string]string{"proc/meminfo": old})))).
		passed(t, "75% of 16GiB used")
}

func TestUnreadableStatisticsAreOurTrouble(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	call(t.Context(), must(t)(host.Memory{}.BuildAt(root))).
		failed(t, checks.ReasonInternal, "local: the kernel does not say how much memory there is")
	root = machine(t, map[string]string{"proc/meminfo": "nonsense\n"})
	call(t.Context(), must(t)(host.Memory{}.BuildAt(root))).
		failed(t, checks.ReasonInternal, "local: the kernel does not say how much memory there is")
	files := map[string]string{
		"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "proc/self/mountinfo": v2Mounts,
		"sys/fs/cgroup/memory.max/is-a-directory": "",
	}
	root = machine(t, files)
	call(t.Context(), must(t)(host.Memory{}.BuildAt(root))).
		failed(t, checks.ReasonInternal, "local: read "+filepath.Join(root, "sys/fs/cgroup/memory.max")+": is a directory")
	delete(files, "sys/fs/cgroup/memory.max/is-a-directory")
	delete(files, "proc/self/mountinfo")
	root = machine(t, files)
	call(t.Context(), must(t)(host.Memory{}.BuildAt(root))).
		failed(t, checks.ReasonInternal, "local: open "+filepath.Join(root, "proc/self/mountinfo")+": no such file or directory")
	files["proc/self/mountinfo"] = v2Mounts
	files["sys/fs/cgroup/memory.max"] = "1048576\n"
	root = machine(t, files)
	call(t.Context(), must(t)(host.Memory{}.BuildAt(root))).
		failed(t, checks.ReasonInternal, "local: "+filepath.Join(root, "sys/fs/cgroup")+": has a limit, but no memory.current")
}

// TestMemoryOfRecordedKernels reads what Linux 6.1 showed of a cgroup limited to
// 300 MiB: one that has read a large file again and again, and one that is
// filled by a program. The huge pages are those of a Linux 6.18 that reserved 2048.
func TestMemoryOfRecordedKernels(t *testing.T) {
	t.Parallel()
	run := func(dir string) answer { return call(t.Context(), must(t)(host.Memory{}.BuildAt("testdata/"+dir))) }
	run("v2-cached").passed(t, "0% of 300MiB used (cgroup)")
	run("v1-cached").passed(t, "0.5% of 300MiB used (cgroup)")
	run("v2-full").failed(t, checks.ReasonThreshold, "98% of 300MiB used (cgroup), want below 97%")
	run("v1-full").failed(t, checks.ReasonThreshold, "98% of 300MiB used (cgroup), want below 97%")
	run("hugepages").passed(t, "4.7% of 19.5GiB used")
}

func TestFreeHugePagesAreNeitherUsedNorAvailable(t *testing.T) {
	t.Parallel()
	pool := func(free string) string {
		return strings.Replace(meminfo, "HugePages_Total:       0", "HugePages_Total: 4096\nHugePages_Free: "+free+"\nHugepagesize: 2048 kB", 1)
	}
	run := func(info string) answer {
		return call(t.Context(), must(t)(host.Memory{}.BuildAt(machine(t, map[string]string{"proc/meminfo": info}))))
	}
	run(pool("4096")).passed(t, "50% of 8GiB used")
	run(pool("0")).passed(t, "75% of 16GiB used")
}

// arcstats is in the form of OpenZFS's kstat: 6 GiB of cache, at least 2 of
// which it keeps.
const arcstats = `13 1 0x01 123 33456 5043521500 117453204022
name                            type data
hits                            4    1000
c                               4    8589934592
c_min                           4    2147483648
c_max                           4    8589934592
size                            4    6442450944
`

func TestCacheOfZFSAboveItsMinimumIsAvailable(t *testing.T) {
	t.Parallel()
	run := func(stats, mounts string) answer {
		return call(t.Context(), must(t)(host.Memory{}.BuildAt(machine(t, map[string]string{
			"proc/meminfo": meminfo, "proc/spl/kstat/zfs/arcstats": stats, "proc/self/mountinfo": mounts,
		}))))
	}
	run(arcstats, v2Mounts).passed(t, "50% of 16GiB used")
	run(strings.Replace(arcstats, "6442450944", "1073741824", 1), v2Mounts).passed(t, "75% of 16GiB used")
	run(arcstats, v2Mounts+"50 22 0:55 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n").passed(t, "75% of 16GiB used")
}

func TestMemoryOfThisMachine(t *testing.T) {
	t.Parallel()
	a := call(t.Context(), must(t)(host.Memory{WarnPercent: 100}.Build()))
	if a.err != nil || !strings.Contains(a.output, "iB used") {
		t.Errorf("got %q and error %v, want how much is used", a.output, a.err)
	}
	t.Log(a.output)
	if v := a.values["used_ratio"]; v <= 0 || v >= 1 {
		t.Errorf("used_ratio = %v, want between 0 and 1", v)
	}
}

func TestMemorySettingsAreValidatedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := host.Memory{WarnPercent: -5, FailPercent: 100.5, Scope: "galaxy"}.Build()
	wantFaults(t, err,
		"warn_percent: -5, want more than 0 and at most 100",
		"fail_percent: 100.5, want more than 0 and at most 100",
		`scope: "galaxy", want auto or host`)
	_, err = host.Memory{WarnPercent: 98, FailPercent: 97}.Build()
	wantFaults(t, err, "warn_percent: 98, want at most fail_percent, which is 97")
}

func TestMemoryIsReadFromYAML(t *testing.T) {
	t.Parallel()
	want := host.Memory{WarnPercent: 90, FailPercent: 97, Scope: "host"}
	if got := decode[host.Memory](t, `{warn_percent: 90, fail_percent: 97, scope: host}`); got != want {
		t.Errorf("decoded %+v, want %+v", got, want)
	}
}
