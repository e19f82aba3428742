package host

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Memory passes when enough of the memory is left: of the container's where a
// cgroup limits it, else of the machine's.
//
//	name: memory
//	memory: {warn_percent: 90, fail_percent: 97}
//
// On Linux the cgroups (v1 and v2) that this process is in are looked at, from
// its own up to the root that it can see. The smallest limit counts, with the
// memory of the cgroup that has it (of two with the same limit, the outer one);
// a limit not below the memory of the machine is none. Used is the working
// set: what is charged to the cgroup without the inactive part of the page
// cache, which the kernel takes back before it kills. memory.high, swap and
// the limits beyond a container's own view are not looked at.
//
// Without a limit, used is all that /proc/meminfo does not call available.
//
// Where neither limit is given, 90 % warns and 97 % fails.
//
// Observed: used_ratio, working_set_bytes, limit_bytes (without a limit: the
// memory of the machine).
type Memory struct {
	// WarnPercent degrades when that share of the memory is used, or more.
	// 0 to 100; zero means not given.
	WarnPercent float64 `yaml:"warn_percent"`
	// FailPercent fails when that share of the memory is used, or more.
	// 0 to 100; zero means not given.
	FailPercent float64 `yaml:"fail_percent"`

	// Scope is host to look at the machine's memory even where a cgroup limits
	// ours: for an exporter whose own unit has a MemoryMax, beside a service
	// that has none. Empty or auto means the cgroup's where it has a limit.
	Scope string `yaml:"scope"`
}

const defaultMemoryWarn, defaultMemoryFail = 90, 97 // percent

// Build returns the check, or all that is wrong with the settings.
func (m Memory) Build() (checks.Func, error) { return m.build("/") }

// build returns the check of the machine whose /proc and /sys are below root.
func (m Memory) build(root string) (checks.Func, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	l := limits{"percent", m.WarnPercent, m.FailPercent}.or(defaultMemoryWarn, defaultMemoryFail)
	return func(ctx context.Context) (string, error) {
		found, err := readMemory(root, m.Scope == "host")
		if err != nil {
			return "", local(err)
		}
		found.observe(ctx)
		var v verdict
		v.judge(100*found.ratio(), l, found.String(), percent)
		return v.result(found.String())
	}, nil
}

func (m Memory) validate() error {
	var errs []error
	if !memorySupported {
		errs = append(errs, fmt.Errorf("memory: not supported on %s", runtime.GOOS))
	}
	errs = append(errs, limits{"percent", m.WarnPercent, m.FailPercent}.validate(100))
	if m.Scope != "" && m.Scope != "auto" && m.Scope != "host" {
		errs = append(errs, fmt.Errorf("scope %q, want auto or host", m.Scope))
	}
	return errors.Join(errs...)
}

// memory is how much of how much is used, in bytes.
type memory struct {
	used, limit uint64
	cgroup      bool // The limit is a cgroup's, not the machine's.
}

func (m memory) ratio() float64 { return float64(m.used) / float64(m.limit) }

func (m memory) observe(ctx context.Context) {
	checks.Observe(ctx, "used_ratio", m.ratio())
	checks.Observe(ctx, "working_set_bytes", float64(m.used))
	checks.Observe(ctx, "limit_bytes", float64(m.limit))
}

// String is the output of a pass: "41% of 2GiB used (cgroup)".
func (m memory) String() string {
	s := fmt.Sprintf("%s of %v used", percent(100*m.ratio()), size(m.limit))
	if m.cgroup {
		s += " (cgroup)"
	}
	return s
}
