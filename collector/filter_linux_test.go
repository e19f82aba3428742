package collector_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestTheCostOfALongFilterIsLinear(t *testing.T) {
	few, many := costOfFilter(t, 500), costOfFilter(t, 8000)
	// 16 times the names: quadratic would be 256 times the time, and a tenth of a
	// second.
	if many > 64*few && many > 80*time.Millisecond {
		t.Errorf("a filter of 8,000 names took %v, one of 500 names %v", many, few)
	}
}

// costOfFilter returns the best processor time of a report of n checks by their
// names: what else runs on the machine does not count.
func costOfFilter(t *testing.T, n int) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var s subject
	var cs []checks.Check
	var names []string
	for i := range n {
		cs = append(cs, s.check(fmt.Sprint("c", i)))
		names = append(names, fmt.Sprint("c", n-1-i))
	}
	c := newCollector(t, collector.Options{SuccessTTL: time.Hour}, cs...)
	report(t, c)
	best := time.Hour
	for i := range 5 {
		begin := processorTime(t)
		r, err := c.Report(t.Context(), collector.Filter{Names: names[i:]})
		best = min(best, processorTime(t)-begin)
		if err != nil || len(r.Results) != n-i {
			t.Fatalf("%d results, %v", len(r.Results), err)
		}
	}
	return best
}

// processorTime returns the time that the calling thread has computed.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Nano())
}
