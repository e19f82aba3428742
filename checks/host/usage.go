package host

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/shirou/gopsutil/v3/disk"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// usage is what a filesystem reports about itself, in bytes and in inodes.
type usage struct {
	total     uint64 // bytes, including those reserved for root
	used      uint64 // bytes
	available uint64 // bytes, to users other than root
	inodes    uint64 // zero: no table of inodes
	inodeFree uint64
	mount     mount
}

// readUsage reads the usage from the kernel. It blocks for as long as the
// filesystem blocks.
func readUsage(ctx context.Context, path string) (usage, error) {
	u, err := disk.UsageWithContext(ctx, path)
	for errors.Is(err, syscall.EINTR) { // A FUSE server may return EINTR when a signal arrives.
		u, err = disk.UsageWithContext(ctx, path)
	}
	if err != nil {
		return usage{}, fmt.Errorf("statfs %s: %w", path, err)
	}
	found := usageOf(u)
	return found, found.refine(path)
}

func usageOf(u *disk.UsageStat) usage {
	found := usage{total: u.Total, used: min(u.Used, u.Total), available: u.Free, inodes: u.InodesTotal, inodeFree: u.InodesFree}
	if found.available > found.total {
		found.available = 0 // The value is negative: a file server may report that while root uses its reserve.
	}
	return found
}

// usedRatio is computed as df does: blocks reserved for root are left out.
func (u usage) usedRatio() float64 {
	if u.used == 0 {
		return 0
	}
	return float64(u.used) / (float64(u.used) + float64(u.available))
}

func (u usage) hasInodes() bool { return u.inodes > 0 && u.inodeFree <= u.inodes }

func (u usage) inodesUsedRatio() float64 {
	return float64(u.inodes-u.inodeFree) / float64(u.inodes)
}

func (u usage) observe(ctx context.Context) {
	checks.Observe(ctx, "used_ratio", u.usedRatio())
	checks.Observe(ctx, "free_bytes", float64(u.available))
	checks.Observe(ctx, "size_bytes", float64(u.total))
	if u.hasInodes() {
		checks.Observe(ctx, "inodes_used_ratio", u.inodesUsedRatio())
	}
}

// String is the output of a pass: "41% of 50GiB used, 29GiB free, 12% of inodes used".
func (u usage) String() string {
	s := fmt.Sprintf("%s of %v used, %v free", percent(100*u.usedRatio()), size(u.total), size(u.available))
	if u.hasInodes() {
		s += fmt.Sprintf(", %s of inodes used", percent(100*u.inodesUsedRatio()))
	}
	return s
}
