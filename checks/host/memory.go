package host

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/shirou/gopsutil/v3/mem"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Memory passes when enough memory is left: the container's if a cgroup limits
// it, else the machine's.
//
//	name: memory
//	memory: {warn_percent: 90, fail_percent: 97}
//
// On Linux the limits of this process's cgroups (v1 and v2) count, from its own up
// to the root that it can see. The smallest limit is used, with the
// memory of the cgroup that has it (of two with the same limit, the outer one).
// Limits at or above the memory of the machine are ignored. Used is what is
// charged to the cgroup and cannot be reclaimed: the page cache does not count,
// nor does the reclaimable part of the slab (version 2 only, version 1 does not
// tell it). memory.high, swap and limits outside a container's own view are
// ignored.
//
// Without a limit, used is what /proc/meminfo does not call available. What ZFS
// caches above its minimum is available. Free huge pages are left out on both
// sides: they are not in use, and nothing but huge pages can be put there.
//
// Without limits 90 % warns and 97 % fails.
//
// Observed: used_ratio, working_set_bytes (the used memory), limit_bytes
// (without a limit: the memory of the machine).
type Memory struct {
	// WarnPercent degrades when at least this percentage of the memory is used.
	// 0 to 100; zero means not given.
	WarnPercent float64 `yaml:"warn_percent"`
	// FailPercent fails when at least this percentage of the memory is used.
	// 0 to 100; zero means not given.
	FailPercent float64 `yaml:"fail_percent"`

	// Scope is host to judge the machine's memory even if a cgroup limits this
	// process: for an exporter whose own unit has a MemoryMax, beside a service
	// without one. Empty or auto means the cgroup's memory if it has a limit.
	Scope string `yaml:"scope"`
}

const defaultMemoryWarn, defaultMemoryFail = 90, 97 // percent

// Type returns "memory".
func (Memory) Type() string { return "memory" }

// Build validates the settings and returns all faults at once.
func (m Memory) Build() (checks.Func, error) { return m.build("/") }

// build returns the check of the machine whose /proc and /sys are below root.
func (m Memory) build(root string) (checks.Func, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	l := m.limits()
	return func(ctx context.Context) (string, error) {
		checks.TraceOf(ctx).Phase("reading the memory", "")
		found, err := readMemory(ctx, root, m.Scope == "host")
		if err != nil {
			return "", local(err)
		}
		found.observe(ctx)
		var v verdict
		v.judge(100*found.ratio(), l, found.String(), "%")
		return v.result(found.String())
	}, nil
}

func (m Memory) limits() limits {
	return limits{"percent", m.WarnPercent, m.FailPercent}.or(defaultMemoryWarn, defaultMemoryFail)
}

func (m Memory) validate() error {
	var f checktype.Faults
	f.Check(!memorySupported, "", "not supported on %s", runtime.GOOS)
	f.Join(limits{"percent", m.WarnPercent, m.FailPercent}.validate(100))
	f.Check(m.Scope != "" && m.Scope != "auto" && m.Scope != "host", "scope", "%q, want auto or host", m.Scope)
	return f.Err()
}

// hostMemory returns the memory of the machine. It adds evictable bytes to the
// available memory, because gopsutil does not count them.
func hostMemory(ctx context.Context, evictable uint64) (memory, error) {
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return memory{}, err
	}
	limit := m.Total - min(m.HugePagesFree*m.HugePageSize, m.Total)
	if limit == 0 { // gopsutil returns no error if it cannot read /proc/meminfo.
		return memory{}, errors.New("the kernel does not say how much memory there is")
	}
	return memory{used: limit - min(m.Available+evictable, limit), limit: limit}, nil
}

// memory is the used memory and its limit, in bytes.
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
