package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Disk passes when the filesystem that holds path has room for more bytes and
// more inodes.
//
//	name: root-disk
//	disk: {path: /, warn_percent: 85, fail_percent: 95}
//
// Percentages are those of df: used/(used+available), where the blocks that are
// reserved for root count neither as used nor as available. For a filesystem
// without a table of inodes (btrfs, vfat) inodes are not judged.
//
// Without any of the four limits for bytes, 85 % warns and 95 % fails. The same
// holds for inodes without any of their two limits.
//
// A filesystem that is read-only by kind (squashfs, erofs, iso9660, cramfs,
// romfs) has no free byte by design: it is judged only by limits that are given.
//
// A filesystem that is mounted for writing and that the kernel has made read-only
// after an error fails (reason assertion).
//
// Nothing can interrupt statfs on a file server that is gone. Such a run fails
// with the reason timeout, healthcheck_run_stuck is 1, and no second run starts
// until the first has returned.
//
// Observed: used_ratio (as df computes it), free_bytes (available to users other
// than root), size_bytes, and inodes_used_ratio if there are inodes.
type Disk struct {
	// Path is the absolute path of any file or directory on the filesystem.
	// Required.
	Path string `yaml:"path"`

	// WarnPercent degrades when at least this percentage of the bytes is used.
	// 0 to 100; zero means not given.
	WarnPercent float64 `yaml:"warn_percent"`
	// FailPercent fails when at least this percentage of the bytes is used.
	// 0 to 100; zero means not given.
	FailPercent float64 `yaml:"fail_percent"`
	// WarnFree degrades when fewer bytes are available, such as 10GiB.
	// Zero means not given.
	WarnFree checks.Size `yaml:"warn_free"`
	// FailFree fails when fewer bytes are available, such as 2GiB.
	// Zero means not given.
	FailFree checks.Size `yaml:"fail_free"`

	// WarnInodesPercent degrades when at least this percentage of the inodes is
	// used. 0 to 100; zero means not given.
	WarnInodesPercent float64 `yaml:"warn_inodes_percent"`
	// FailInodesPercent fails when at least this percentage of the inodes is used.
	// 0 to 100; zero means not given.
	FailInodesPercent float64 `yaml:"fail_inodes_percent"`

	// Mounted requires that path is a mount point. Without it a disk that is
	// not mounted passes, because the directory below it is on another one.
	// Linux, darwin and freebsd.
	Mounted bool `yaml:"mounted"`
	// ReadOnly says what a filesystem that is mounted read-only does: fail,
	// warn or ignore. Empty fails only if the kernel has made it read-only, and
	// not if an administrator has mounted or remounted it so. Linux, darwin and
	// freebsd.
	ReadOnly string `yaml:"read_only"`
}

const defaultDiskWarn, defaultDiskFail = 85, 95 // percent, bytes and inodes

// Type returns "disk".
func (Disk) Type() string { return "disk" }

// Build validates the settings and returns all faults at once.
func (d Disk) Build() (checks.Func, error) { return d.build(readUsage) }

func (d Disk) build(read func(ctx context.Context, path string) (usage, error)) (checks.Func, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (string, error) {
		checks.TraceOf(ctx).Phase("asking the file system", d.Path)
		u, err := read(ctx, d.Path)
		if errors.Is(err, fs.ErrPermission) {
			return "", local(err)
		}
		if err != nil {
			return "", starved(err)
		}
		if u.total == 0 {
			return "", fmt.Errorf("%s is on a filesystem without a size, want one that stores files", d.Path)
		}
		u.observe(ctx)
		var v verdict
		if err := d.judgeMount(&v, u.mount); err != nil {
			return "", err
		}
		if u.mount.fullByDesign() && !d.hasLimits() {
			return v.result(fmt.Sprintf("%v of %s, full by design and not judged", size(u.total), u.mount.filesystem))
		}
		d.judgeUsage(&v, u)
		return v.result(u.String())
	}, nil
}

func (d Disk) validate() error {
	var f checktype.Faults
	unix := supports("linux", "darwin", "freebsd")
	f.Check(!unix && !supports("windows"), "", "not supported on %s", runtime.GOOS)
	f.Check(d.Mounted && !unix, "mounted", "not supported on %s", runtime.GOOS)
	f.Check(d.ReadOnly != "" && !unix, "read_only", "not supported on %s", runtime.GOOS)
	f.Check(!slices.Contains([]string{"", "fail", "warn", "ignore"}, d.ReadOnly), "read_only", "%q, want fail, warn or ignore", d.ReadOnly)
	switch {
	case d.Path == "":
		f.Add("path", "missing, want an absolute path such as /")
	case !filepath.IsAbs(d.Path):
		f.Add("path", "%q is relative, want an absolute path", d.Path)
	}
	f.Join(limits{"percent", d.WarnPercent, d.FailPercent}.validate(100))
	f.Join(limits{"inodes_percent", d.WarnInodesPercent, d.FailInodesPercent}.validate(100))
	f.Check(d.WarnFree < 0, "warn_free", "%v, want a positive size", d.WarnFree)
	f.Check(d.FailFree < 0, "fail_free", "%v, want a positive size", d.FailFree)
	f.Check(d.WarnFree > 0 && d.WarnFree < d.FailFree, "warn_free", "%v, want more than fail_free, which is %v", d.WarnFree, d.FailFree)
	return f.Err()
}
