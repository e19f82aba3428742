package host_test

import (
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shirou/gopsutil/v3/disk"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
)

const gib = 1 << 30

// filesystem reports a size of 100 GiB, of which 5 are reserved for root, and
// 1000 inodes.
func filesystem(usedGiB, usedInodes uint64) func(string) (host.Usage, error) {
	return func(string) (host.Usage, error) {
		free := 100 - usedGiB
		return host.NewUsage(100*gib, free*gib, (max(free, 5)-5)*gib, 1000, 1000-usedInodes), nil
	}
}

func TestDiskJudgesBytesAndInodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		disk        host.Disk
		used, inode uint64
		output      string
		warning     string
		failure     string
	}{
		{name: "defaults, half full", used: 38, inode: 100, output: "40% of 100GiB used, 57GiB free, 10% of inodes used"},
		{
			name: "defaults, bytes above 85 %", used: 81, inode: 100,
			output: "85.3% of 100GiB used, 14GiB free, 10% of inodes used", warning: "85.3% of 100GiB used, want below 85%",
		},
		{name: "defaults, bytes above 95 %", used: 91, inode: 100, failure: "95.8% of 100GiB used, want below 95%"},
		{
			name: "defaults, inodes at 85 %", used: 38, inode: 850,
			output: "40% of 100GiB used, 57GiB free, 85% of inodes used", warning: "85% of inodes used, want below 85%",
		},
		{name: "defaults, inodes at 95 %", used: 38, inode: 950, failure: "95% of inodes used, want below 95%"},
		{name: "both fail", used: 95, inode: 1000, failure: "100% of 100GiB used, want below 95%; 100% of inodes used, want below 95%"},
		{name: "a failure tells no warning", used: 81, inode: 1000, failure: "100% of inodes used, want below 95%"},
		{
			name: "only a warning is asked for", disk: host.Disk{WarnPercent: 50}, used: 95, inode: 100,
			output: "100% of 100GiB used, 0B free, 10% of inodes used", warning: "100% of 100GiB used, want below 50%",
		},
		{name: "only a failure is asked for", disk: host.Disk{FailPercent: 99.5}, used: 90, inode: 100, output: "94.7% of 100GiB used, 5GiB free, 10% of inodes used"},
		{
			name: "limits of bytes leave the inodes theirs", disk: host.Disk{WarnPercent: 99}, used: 38, inode: 900,
			output: "40% of 100GiB used, 57GiB free, 90% of inodes used", warning: "90% of inodes used, want below 85%",
		},
		{
			name: "limits of inodes leave the bytes theirs", disk: host.Disk{WarnInodesPercent: 99}, used: 81, inode: 900,
			output: "85.3% of 100GiB used, 14GiB free, 90% of inodes used", warning: "85.3% of 100GiB used, want below 85%",
		},
		{
			name: "a free limit takes the place of the percentages", disk: host.Disk{FailFree: 4 * gib}, used: 91, inode: 100,
			output: "95.8% of 100GiB used, 4GiB free, 10% of inodes used",
		},
		{name: "fewer bytes are free", disk: host.Disk{FailFree: 4 * gib}, used: 92, inode: 100, failure: "3GiB free, want at least 4GiB"},
		{
			name: "fewer bytes are free than is well", disk: host.Disk{WarnFree: 10 * gib, FailFree: 4 * gib}, used: 86, inode: 100,
			output: "90.5% of 100GiB used, 9GiB free, 10% of inodes used", warning: "9GiB free, want at least 10GiB",
		},
		{
			name: "percentage and free", disk: host.Disk{WarnPercent: 50, WarnFree: 50 * gib}, used: 60, inode: 100,
			output: "63.2% of 100GiB used, 35GiB free, 10% of inodes used", warning: "63.2% of 100GiB used, want below 50%; 35GiB free, want at least 50GiB",
		},
		{name: "empty", used: 0, inode: 0, output: "0% of 100GiB used, 95GiB free, 0% of inodes used"},
		{name: "just below a limit", disk: host.Disk{WarnPercent: 40.1, WarnInodesPercent: 10.01}, used: 38, inode: 100, output: "40% of 100GiB used, 57GiB free, 10% of inodes used"},
		{name: "100 means none left", disk: host.Disk{FailPercent: 100}, used: 95, inode: 1, failure: "100% of 100GiB used, want below 100%"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.disk.Path = "/srv"
			a := call(t.Context(), must(t)(c.disk.BuildWith(filesystem(c.used, c.inode))))
			switch {
			case c.failure != "":
				a.failed(t, checks.ReasonThreshold, c.failure)
			case c.warning != "":
				a.warned(t, c.output, c.warning)
			default:
				a.passed(t, c.output)
			}
		})
	}
}

func TestDiskObservesAlsoWhenItFails(t *testing.T) {
	t.Parallel()
	a := call(t.Context(), must(t)(host.Disk{Path: "/srv", FailPercent: 10}.BuildWith(filesystem(19, 250))))
	a.failed(t, checks.ReasonThreshold, "20% of 100GiB used, want below 10%")
	a.observed(t, map[string]float64{"used_ratio": 0.2, "free_bytes": 76 * gib, "size_bytes": 100 * gib, "inodes_used_ratio": 0.25})
}

func TestDiskWithoutInodesHasNoneToRunOutOf(t *testing.T) {
	t.Parallel()
	btrfs := func(string) (host.Usage, error) { return host.NewUsage(100*gib, 60*gib, 60*gib, 0, 0), nil }
	a := call(t.Context(), must(t)(host.Disk{Path: "/srv", FailInodesPercent: 1}.BuildWith(btrfs)))
	a.passed(t, "40% of 100GiB used, 60GiB free")
	a.observed(t, map[string]float64{"used_ratio": 0.4, "free_bytes": 60 * gib, "size_bytes": 100 * gib})
}

func TestRootsReserveInUseLeavesNothingFree(t *testing.T) {
	t.Parallel()
	const negative = math.MaxUint64 - 4*gib
	for _, u := range []disk.UsageStat{{Total: 100 * gib, Used: 96 * gib, Free: negative}, {Total: 100 * gib, Used: negative}} {
		a := call(t.Context(), must(t)(host.Disk{Path: "/srv", WarnPercent: 1}.BuildWith(func(string) (host.Usage, error) { return host.UsageOf(u), nil })))
		a.warned(t, "100% of 100GiB used, 0B free", "100% of 100GiB used, want below 1%")
		a.observed(t, map[string]float64{"used_ratio": 1, "free_bytes": 0, "size_bytes": 100 * gib})
	}
}

func TestDiskWithoutSizeFails(t *testing.T) {
	t.Parallel()
	procfs := func(string) (host.Usage, error) { return host.Usage{}, nil }
	call(t.Context(), must(t)(host.Disk{Path: "/proc"}.BuildWith(procfs))).
		failed(t, checks.ReasonError, "/proc is on a filesystem without a size, want one that stores files")
}

func TestDiskOfAMissingPathFails(t *testing.T) {
	t.Parallel()
	call(t.Context(), must(t)(host.Disk{Path: "/no/such/mount"}.Build())).
		failed(t, checks.ReasonError, "statfs /no/such/mount: no such file or directory")
}

func TestDiskBelowADirectoryOfAnotherUserIsOurTrouble(t *testing.T) {
	t.Parallel()
	denied := func(path string) (host.Usage, error) {
		return host.Usage{}, fmt.Errorf("statfs %s: %w", path, syscall.EACCES)
	}
	call(t.Context(), must(t)(host.Disk{Path: "/root/data"}.BuildWith(denied))).
		failed(t, checks.ReasonInternal, "local: statfs /root/data: permission denied")
}

func TestDiskTellsOurOwnWantOfMemory(t *testing.T) {
	t.Parallel()
	starved := func(string) (host.Usage, error) { return host.Usage{}, syscall.ENOMEM }
	call(t.Context(), must(t)(host.Disk{Path: "/"}.BuildWith(starved))).
		failed(t, checks.ReasonInternal, "local: cannot allocate memory")
}

func TestDiskAgreesWithDf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := call(t.Context(), must(t)(host.Disk{Path: dir, FailPercent: 100}.Build()))
	out, err := exec.CommandContext(t.Context(), "df", "-B1", "--output=size,used,avail,pcent", dir).Output()
	if err != nil {
		t.Skipf("df: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	var df [4]float64
	for i, word := range strings.Fields(lines[len(lines)-1]) {
		if df[i], err = strconv.ParseFloat(strings.TrimSuffix(word, "%"), 64); err != nil {
			t.Fatal(err)
		}
	}
	if a.values["size_bytes"] != df[0] {
		t.Errorf("size_bytes = %v, df says %v", a.values["size_bytes"], df[0])
	}
	// Others write to the disk meanwhile.
	if diff := math.Abs(a.values["free_bytes"] - df[2]); diff > 0.01*df[0] {
		t.Errorf("free_bytes = %v, df says %v", a.values["free_bytes"], df[2])
	}
	if got := 100 * a.values["used_ratio"]; got > df[3]+1 || got < df[3]-2 { // df rounds up.
		t.Errorf("used_ratio = %v %%, df says %v %%", got, df[3])
	}
}

func TestDiskMayBeRunByTwoAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		check := must(t)(host.Disk{Path: "/mnt/nfs"}.BuildWith(func(path string) (host.Usage, error) {
			time.Sleep(time.Second)
			return filesystem(19, 100)(path)
		}))
		first := make(chan answer)
		go func() { first <- call(t.Context(), check) }()
		time.Sleep(time.Second / 2)
		call(t.Context(), check).passed(t, "20% of 100GiB used, 76GiB free, 10% of inodes used")
		(<-first).passed(t, "20% of 100GiB used, 76GiB free, 10% of inodes used")
	})
}

func TestDiskSettingsAreValidatedAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		disk host.Disk
		want []string
	}{
		{host.Disk{}, []string{"path: missing, want an absolute path such as /"}},
		{host.Disk{Path: "data"}, []string{`path: "data" is relative, want an absolute path`}},
		{host.Disk{Path: "/", WarnPercent: 96, FailPercent: 95}, []string{"warn_percent: 96, want at most fail_percent, which is 95"}},
		{host.Disk{Path: "/", WarnPercent: -1, FailPercent: 101, WarnInodesPercent: math.NaN(), FailInodesPercent: math.Inf(1)}, []string{
			"warn_percent: -1, want more than 0 and at most 100",
			"fail_percent: 101, want more than 0 and at most 100",
			"warn_inodes_percent: NaN, want more than 0 and at most 100",
			"fail_inodes_percent: +Inf, want more than 0 and at most 100",
		}},
		{host.Disk{WarnInodesPercent: 2, FailInodesPercent: 1, WarnFree: gib, FailFree: 2 * gib}, []string{
			"path: missing, want an absolute path such as /",
			"warn_inodes_percent: 2, want at most fail_inodes_percent, which is 1",
			"warn_free: 1GiB, want more than fail_free, which is 2GiB",
		}},
		{host.Disk{Path: "/", ReadOnly: "never"}, []string{`read_only: "never", want fail, warn or ignore`}},
		{host.Disk{Path: "/", FailFree: -1}, []string{"fail_free: -1B, want a positive size"}},
	} {
		_, err := c.disk.Build()
		wantFaults(t, err, c.want...)
	}
}

func TestLimitsMayBeEqual(t *testing.T) {
	t.Parallel()
	must(t)(host.Disk{Path: "/", WarnPercent: 90, FailPercent: 90, WarnFree: gib, FailFree: gib}.Build())
}

func TestDiskIsReadFromYAML(t *testing.T) {
	t.Parallel()
	got := decode[host.Disk](t, `{path: /, warn_percent: 85, fail_percent: 95, warn_free: 10GiB, fail_free: 2GiB, warn_inodes_percent: 80.5, fail_inodes_percent: 90, mounted: true, read_only: warn}`)
	want := host.Disk{Path: "/", WarnPercent: 85, FailPercent: 95, WarnFree: 10 * gib, FailFree: 2 * gib, WarnInodesPercent: 80.5, FailInodesPercent: 90, Mounted: true, ReadOnly: "warn"}
	if got != want {
		t.Errorf("decoded %+v, want %+v", got, want)
	}
}
