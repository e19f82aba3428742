package host

import (
	"errors"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// judgeMount returns an error for a mount that does not meet the settings.
func (d Disk) judgeMount(v *verdict, m mount) error {
	if !m.known {
		if d.Mounted || d.ReadOnly == "fail" || d.ReadOnly == "warn" {
			return local(fmt.Errorf("/proc does not say how %s is mounted", d.Path))
		}
		return nil
	}
	if d.Mounted && !m.point {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("%s is not a mount point, want a filesystem mounted there", d.Path))
	}
	found := fmt.Sprintf("%s is mounted read-only (%s), want it writable", d.Path, m.filesystem)
	switch {
	case d.ReadOnly == "" && m.turned:
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf(
			"%s has become read-only (%s), as the kernel does after an error, want it writable", d.Path, m.filesystem))
	case d.ReadOnly == "fail" && m.readOnly:
		return checks.Fail(checks.ReasonAssertion, errors.New(found))
	case d.ReadOnly == "warn" && m.readOnly:
		v.warned = append(v.warned, found)
	}
	return nil
}

func (d Disk) judgeUsage(v *verdict, u usage) {
	bytes, inodes := d.limits(u.mount)
	v.judge(100*u.usedRatio(), bytes, fmt.Sprintf("%s of %v used", percent(100*u.usedRatio()), size(u.total)), "%")
	d.judgeFree(v, u)
	if u.hasInodes() {
		v.judge(100*u.inodesUsedRatio(), inodes, percent(100*u.inodesUsedRatio())+" of inodes used", "%")
	}
}

// hasLimits reports whether any limit is given.
func (d Disk) hasLimits() bool {
	return d.WarnPercent > 0 || d.FailPercent > 0 || d.WarnFree > 0 || d.FailFree > 0 ||
		d.WarnInodesPercent > 0 || d.FailInodesPercent > 0
}

// limits returns the limits for bytes and for inodes, in percent.
func (d Disk) limits(m mount) (bytes, inodes limits) {
	bytes = limits{"percent", d.WarnPercent, d.FailPercent}
	inodes = limits{"inodes_percent", d.WarnInodesPercent, d.FailInodesPercent}
	if m.fullByDesign() {
		return bytes, inodes
	}
	if d.WarnFree == 0 && d.FailFree == 0 {
		bytes = bytes.or(defaultDiskWarn, defaultDiskFail)
	}
	return bytes, inodes.or(defaultDiskWarn, defaultDiskFail)
}

func (d Disk) judgeFree(v *verdict, u usage) {
	free := size(u.available)
	switch {
	case free < d.FailFree:
		v.failed = append(v.failed, fmt.Sprintf("%v free, want at least %v", free, d.FailFree))
	case free < d.WarnFree:
		v.warned = append(v.warned, fmt.Sprintf("%v free, want at least %v", free, d.WarnFree))
	}
}
