package scrub_test

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime returns the time that the calling thread has computed: what else
// runs on the machine does not count.
func processorTime() time.Duration {
	var used unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Nano())
}
