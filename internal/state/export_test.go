package state

import "time"

// OpenAt is Open with a clock: of the wall, of the boot and since the boot.
func OpenAt(dir string, report func(error), wall func() time.Time, boot func() (string, time.Duration)) *Store {
	return open(dir, report, clock{wall: wall, boot: boot})
}
