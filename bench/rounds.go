package main

import (
	"math"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// An effort is how long a measurement takes.
type effort struct {
	rounds int
	each   time.Duration // of one contestant in one round
}

// A contestant does the same work as the others, in its own way.
type contestant struct {
	name string
	do   func(n int) // the work, n times
}

// A figure is what the work costs one contestant.
type figure struct {
	name   string
	cost   float64 // nanoseconds of CPU time each: the median of the rounds
	ratio  float64 // of costs to the first contestant: the median of the rounds
	allocs float64 // each, garbage of other goroutines included: the least of some rounds
	bytes  float64
}

// race lets the contestants take turns and returns a figure for each.
func race(e effort, contestants ...contestant) []figure {
	n := make([]int, len(contestants))
	costs := make([][]float64, len(contestants))
	ratios := make([][]float64, len(contestants))
	for i, c := range contestants {
		n[i] = enough(c, e.each)
	}
	for range e.rounds {
		for i, c := range contestants {
			costs[i] = append(costs[i], cost(c, n[i]))
			ratios[i] = append(ratios[i], last(costs[i])/last(costs[0]))
		}
	}
	figures := make([]figure, len(contestants))
	for i, c := range contestants {
		figures[i] = figure{name: c.name, cost: median(costs[i]), ratio: median(ratios[i])}
		figures[i].allocs, figures[i].bytes = garbage(c, min(n[i], 1000))
	}
	return figures
}

// enough returns how often c does its work in about d. The CPU time is that of the
// whole process, so a single attempt may include other work, such as a garbage
// collection. The shorter of two attempts counts.
func enough(c contestant, d time.Duration) int {
	for n := 1; ; n *= 4 {
		took := min(taken(c, n), taken(c, n))
		if took > d/8 || n > 1<<24 {
			return max(1, int(float64(n)*float64(d)/float64(max(took, time.Microsecond))))
		}
	}
}

func cost(c contestant, n int) float64 {
	runtime.GC() // What others have left behind is not this one's.
	return float64(taken(c, n)) / float64(n)
}

// taken returns the CPU time that the process uses while c does its work n times.
func taken(c contestant, n int) time.Duration {
	start := cpuTime()
	c.do(n)
	return cpuTime() - start
}

// garbage returns how many allocations, and bytes, one piece of work makes.
func garbage(c contestant, n int) (allocs, bytes float64) {
	allocs, bytes = math.Inf(1), math.Inf(1)
	var before, after runtime.MemStats
	for range 3 {
		runtime.ReadMemStats(&before)
		c.do(n)
		runtime.ReadMemStats(&after)
		allocs = min(allocs, float64(after.Mallocs-before.Mallocs)/float64(n))
		bytes = min(bytes, float64(after.TotalAlloc-before.TotalAlloc)/float64(n))
	}
	return math.Floor(allocs), bytes
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // It has no way to fail but a wrong argument.
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile returns NaN of nothing.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func last(values []float64) float64 { return values[len(values)-1] }
