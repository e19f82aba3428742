package state

import "time"

// A clock has the wall time and the time since the machine was booted. Nobody can
// set the latter, and it continues while the machine is suspended.
type clock struct {
	wall func() time.Time
	// boot returns the identity of this boot and the time since then. Systems
	// without such an identity return an empty one: then sameBoot is always false.
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

// sameBoot reports whether m belongs to the boot with this id.
func (m moment) sameBoot(id string) bool { return m.boot != "" && m.boot == id }
