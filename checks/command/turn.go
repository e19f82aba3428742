package command

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/solo"
)

// grace is how long after the end of its time a run may kill, reap and say
// what happened. The collector waits 50 ms.
const grace = 40 * time.Millisecond

// words are what is said of a run that hangs: a start from a file server that
// is gone, or a program that cannot be killed.
func words() solo.Words {
	return solo.Words{
		Hung:  "the program of the run started %v ago has not ended",
		Late:  "no exit after %v, and not yet killed",
		Panic: "panic: %v",
	}
}
