package state

import "time"

// A clock tells the wall time and the time since the machine was booted, which
// cannot be set and continues while the machine is suspended.
type clock struct {
	wall func() time.Time
	// boot returns the identity of this boot and the time since then. The
	// identity is empty where the system does not tell it: then nothing is known
	// to be of the same boot.
	boot func() (id string, since time.Duration)
}

func systemClock() clock { return clock{wall: time.Now, boot: sinceBoot} }

// A moment is one reading of the clock.
type moment struct {
	wall  time.Time
	boot  string
	since time.Duration
}

func (c clock) now() moment {
	id, since := c.boot()
	return moment{wall: c.wall().Round(0), boot: id, since: since}
}

// sameBoot reports whether the machine has not been booted since.
func (m moment) sameBoot(id string) bool { return m.boot != "" && m.boot == id }
