package instance

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// maxFailureText is the length of the text of a failure, in bytes.
const maxFailureText = 1 << 10

// A Failure is a reload that failed: the files are not what is in use.
type Failure struct {
	Time time.Time
	// Err says why, without secrets: one line for each fault, cut after 1 KiB.
	Err string
}

// Failure returns the last reload if it failed, or nil.
func (i *Instance) Failure() *Failure { return i.failure.Load() }

// noteFailure keeps the error of a reload for Failure; nil forgets the last one.
func (i *Instance) noteFailure(err error) {
	if err == nil {
		i.failure.Store(nil)
		return
	}
	i.failure.Store(&Failure{Time: time.Now(), Err: clip.Short(i.scrubber.Text(err.Error()), maxFailureText)})
}
