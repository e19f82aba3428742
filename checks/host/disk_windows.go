package host

import (
	"context"
	"fmt"

	"github.com/shirou/gopsutil/v3/disk"
)

const diskSupported = true

// statfs asks for the volume that holds path; windows has no inodes.
func statfs(path string) (usage, error) {
	u, err := disk.UsageWithContext(context.Background(), path)
	if err != nil {
		return usage{}, fmt.Errorf("disk space of %s: %w", path, err)
	}
	return usage{total: u.Total, free: u.Free, available: u.Free}, nil
}
