package host

import (
	"context"

	"github.com/shirou/gopsutil/v3/disk"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A Usage is what a filesystem reports about itself.
type Usage = usage

// NewUsage returns a usage in bytes and inodes.
func NewUsage(total, free, available, inodes, inodeFree uint64) Usage {
	return usage{total: total, used: total - free, available: available, inodes: inodes, inodeFree: inodeFree}
}

// UsageOf returns the usage for what statfs reports.
func UsageOf(u disk.UsageStat) Usage { return usageOf(&u) }

// BuildWith builds the check of a machine whose filesystems are the given ones.
func (d Disk) BuildWith(read func(path string) (Usage, error)) (checks.Func, error) {
	return d.build(func(_ context.Context, path string) (usage, error) { return read(path) })
}

// BuildAt builds the check of a machine whose /proc and /sys are below root.
func (m Memory) BuildAt(root string) (checks.Func, error) { return m.build(root) }

// BuildAt builds the check of a machine whose /proc is below root.
func (l Load) BuildAt(root string) (checks.Func, error) { return l.build(root) }
