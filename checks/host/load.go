package host

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/load"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Load passes when the load average per processor of the machine is low enough.
//
//	name: load
//	load: {warn_per_cpu: 4}
//
// The load averages are those of the whole machine, also in a container, so
// they are divided by the processors of the machine that are online: neither
// the quota of a cgroup nor the affinity of this process changes what they mean.
//
// Without limits 4 tasks per processor warn and nothing fails: a busy machine is
// not a broken one.
//
// Observed: load1_ratio, load5_ratio, load15_ratio: the averages of 1, 5 and 15
// minutes divided by the processors (1: as many tasks as processors).
type Load struct {
	// WarnPerCPU degrades when the load average per processor is at least this
	// high. Zero means not given.
	WarnPerCPU float64 `yaml:"warn_per_cpu"`
	// FailPerCPU fails when the load average per processor is at least this high.
	// Zero means not given.
	FailPerCPU float64 `yaml:"fail_per_cpu"`

	// Minutes is the period of the load average: 1, 5 or 15. Zero means 5: long
	// enough to ignore the start of a nightly job, short enough to notice an
	// overload.
	Minutes int `yaml:"minutes"`
}

const (
	defaultLoadWarn    = 4 // per processor
	defaultLoadMinutes = 5
	maxLoad            = 10000 // A higher limit is a typing error.
)

// loadMinutes are the averages that the kernel keeps, in its order.
var loadMinutes = [3]int{1, 5, 15}

// Type returns "load".
func (Load) Type() string { return "load" }

// Build validates the settings and returns all faults at once.
func (l Load) Build() (checks.Func, error) { return l.build("/") }

// build returns the check of the machine whose /proc is below root.
func (l Load) build(root string) (checks.Func, error) {
	if l.Minutes == 0 {
		l.Minutes = defaultLoadMinutes
	}
	if err := l.validate(); err != nil {
		return nil, err
	}
	perCPU := l.limits()
	return func(ctx context.Context) (string, error) {
		checks.TraceOf(ctx).Phase("reading the load", "")
		found, err := readLoad(at(ctx, root))
		if err != nil {
			return "", local(err)
		}
		var v verdict
		for i, minutes := range loadMinutes {
			ratio := found.load[i] / float64(found.cpus)
			checks.Observe(ctx, fmt.Sprintf("load%d_ratio", minutes), ratio)
			if minutes == l.Minutes {
				v.judge(ratio, perCPU, fmt.Sprintf("%d-minute load is %s per CPU", minutes, decimal(ratio, 2)), "")
			}
		}
		return v.result(found.String())
	}, nil
}

func (l Load) limits() limits {
	return limits{"per_cpu", l.WarnPerCPU, l.FailPerCPU}.or(defaultLoadWarn, 0)
}

func (l Load) validate() error {
	var f checktype.Faults
	// Windows keeps no load average; gopsutil would sample one in a goroutine
	// that never ends.
	f.Check(!supports("linux", "darwin", "freebsd"), "", "not supported on %s", runtime.GOOS)
	f.Join(limits{"per_cpu", l.WarnPerCPU, l.FailPerCPU}.validate(maxLoad))
	f.Check(!slices.Contains(loadMinutes[:], l.Minutes), "minutes", "%d, want 1, 5 or 15", l.Minutes)
	return f.Err()
}

// averages holds the three load averages of the machine and its number of
// processors.
type averages struct {
	load [3]float64
	cpus int
}

// readLoad reads the load averages from the kernel. It does not use
// runtime.NumCPU, which counts only the processors that this process may run on.
func readLoad(ctx context.Context) (averages, error) {
	l, err := load.AvgWithContext(ctx)
	if err != nil {
		return averages{}, err
	}
	cpus, err := cpu.CountsWithContext(ctx, true)
	if err != nil {
		return averages{}, err
	}
	found := averages{load: [3]float64{l.Load1, l.Load5, l.Load15}, cpus: cpus}
	return found, found.valid()
}

// valid returns an error when the kernel's numbers make no sense.
func (l averages) valid() error {
	for _, v := range l.load {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("load average %v, want a number", v)
		}
	}
	if l.cpus < 1 {
		return fmt.Errorf("%d processors, want at least 1", l.cpus)
	}
	return nil
}

// String is the output of a pass: "load 0.42 0.31 0.28 on 8 CPUs".
func (l averages) String() string {
	s := fmt.Sprintf("load %.2f %.2f %.2f on %d CPU", l.load[0], l.load[1], l.load[2], l.cpus)
	if l.cpus != 1 {
		s += "s"
	}
	return s
}
