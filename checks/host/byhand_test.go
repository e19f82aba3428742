package host_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestTypesSayHowToRepeatThemAndTheirLimits(t *testing.T) {
	t.Parallel()
	const inodes = "{inodes_used_ratio from 85% from 95% {0.85 0.95 0 0}}"
	faulttest.Explains(t, host.Disk{Path: "/srv"}, "df -h /srv", "[{used_ratio from 85% from 95% {0.85 0.95 0 0}} {free_bytes   {0 0 0 0}} "+inodes+"]")
	faulttest.Explains(t, host.Disk{Path: "/", WarnFree: 2 * gib, FailFree: gib}, "df -h /", "[{used_ratio   {0 0 0 0}} {free_bytes below 2GiB below 1GiB {0 0 2.147483648e+09 1.073741824e+09}} "+inodes+"]")
	faulttest.Explains(t, host.Disk{Path: "/", WarnPercent: 1, FailPercent: 2.5, WarnInodesPercent: 70}, "df -h /", "[{used_ratio from 1% from 2.5% {0.01 0.025 0 0}} {free_bytes   {0 0 0 0}} {inodes_used_ratio from 70%  {0.7 0 0 0}}]")
	faulttest.Explains(t, host.Memory{}, "free -h", "[{used_ratio from 90% from 97% {0.9 0.97 0 0}}]")
	faulttest.Explains(t, host.Memory{WarnPercent: 50}, "free -h", "[{used_ratio from 50%  {0.5 0 0 0}}]")
	faulttest.Explains(t, host.Load{}, "uptime", "[{load5_ratio from 4  {4 0 0 0}}]")
	faulttest.Explains(t, host.Load{Minutes: 1, FailPerCPU: 9}, "uptime", "[{load1_ratio  from 9 {0 9 0 0}}]")
}
