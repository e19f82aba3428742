package checks

import (
	"context"
	"time"
)

// A Beat is one message from a job to its check: the job has started, has ended,
// or has failed.
type Beat struct {
	// Event is what happened. The zero value is BeatDone.
	Event BeatEvent
	// ExitCode is the exit status of the job. A job that ended with an exit code
	// other than 0 has failed.
	ExitCode int
	// Duration is how long the job took. Zero means that it is not known; after
	// a BeatStart it is the time since then.
	Duration time.Duration
	// Time is when the beat arrived. The collector sets it.
	Time time.Time
}

// Failed reports whether the beat reports that the job has failed.
func (b Beat) Failed() bool { return b.Event == BeatFail || b.ExitCode != 0 && b.Event != BeatStart }

// A BeatEvent is what a [Beat] reports.
type BeatEvent string

// The events of a job.
const (
	BeatDone  BeatEvent = ""
	BeatStart BeatEvent = "start"
	BeatFail  BeatEvent = "fail"
)

// Beats is what a collector remembers of the beats of one check. The zero value
// of a Beat, by its Time, means that there was no such beat.
type Beats struct {
	// Since is when the collector began to wait for beats.
	Since time.Time
	// Started is the newest BeatStart, Ended the newest of all other beats, and
	// Passed the newest beat that reported a success.
	Started, Ended, Passed Beat
}

// Add returns b with one more beat, whose Time is set.
func (b Beats) Add(beat Beat) Beats {
	switch {
	case beat.Event == BeatStart:
		b.Started = beat
		return b
	case beat.Duration == 0 && b.Started.Time.After(b.Ended.Time):
		beat.Duration = beat.Time.Sub(b.Started.Time)
	}
	b.Ended = beat
	if !beat.Failed() {
		b.Passed = beat
	}
	return b
}

// A Receiver judges the beats of a check. The collector calls Judge when a beat
// has arrived and when the last judgement is over; that is not counted as a run.
// Its methods must be safe for concurrent use and return quickly.
//
// A [Spec] that is a Receiver becomes a check that takes beats: see
// [New].
type Receiver interface {
	// Judge returns the result at a moment, as a [Func] does, and how long it
	// holds unless another beat arrives. Zero means the TTL of the check.
	Judge(ctx context.Context, b Beats, now time.Time) (output string, holds time.Duration, err error)
	// Admit returns nil if a beat that was sent over the network with a token
	// may be taken. The token is empty if the sender gave none.
	Admit(ctx context.Context, token string) error
}
