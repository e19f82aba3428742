package host

import (
	"context"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// usage is what a filesystem says of itself, in bytes and in inodes.
type usage struct {
	total     uint64 // bytes, also those reserved for root
	free      uint64 // bytes, also those reserved for root
	available uint64 // bytes, to anybody but root
	inodes    uint64 // zero: has no table of them
	inodeFree uint64
}

// used is what is not free; a filesystem may say nonsense while it changes.
func (u usage) used() float64 { return float64(u.total - min(u.free, u.total)) }

// usedRatio is computed as df does: the reserved blocks are nobody's.
func (u usage) usedRatio() float64 {
	used := u.used()
	if used == 0 {
		return 0
	}
	return used / (used + float64(u.available))
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
