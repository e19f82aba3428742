package host

import (
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// ByHand implements [checks.Manual].
func (d Disk) ByHand() []string { return []string{"df", "-h", d.Path} }

// Limits implements [checks.Limited].
func (d Disk) Limits() []checks.Limit {
	bytes, inodes := d.limits(mount{})
	free := checks.Limit{Name: "free_bytes", Thresholds: checks.Thresholds{WarnBelow: float64(d.WarnFree), FailBelow: float64(d.FailFree)}}
	if d.WarnFree > 0 {
		free.Warn = fmt.Sprintf("below %v", d.WarnFree)
	}
	if d.FailFree > 0 {
		free.Fail = fmt.Sprintf("below %v", d.FailFree)
	}
	return []checks.Limit{bytes.described("used_ratio", "%"), free, inodes.described("inodes_used_ratio", "%")}
}

// ByHand implements [checks.Manual].
func (Memory) ByHand() []string { return []string{"free", "-h"} }

// Limits implements [checks.Limited].
func (m Memory) Limits() []checks.Limit {
	return []checks.Limit{m.limits().described("used_ratio", "%")}
}

// ByHand implements [checks.Manual].
func (Load) ByHand() []string { return []string{"uptime"} }

// Limits implements [checks.Limited].
func (l Load) Limits() []checks.Limit {
	minutes := l.Minutes
	if minutes == 0 {
		minutes = defaultLoadMinutes
	}
	return []checks.Limit{l.limits().described(fmt.Sprintf("load%d_ratio", minutes), "")}
}
