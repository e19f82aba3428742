package state

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// OpenAt is Open with a clock: of the wall, of the boot and since the boot.
func OpenAt(dir string, report func(error), wall func() time.Time, boot func() (string, time.Duration)) *Store {
	return open(dir, report, clock{wall: wall, boot: boot})
}

// SaveOnce does what Keep does once a second, and returns how many bytes it has
// written to the slots.
func (s *Store) SaveOnce(c *collector.Collector) (written int, more bool) {
	more = s.save(c, perInterval)
	return perInterval - s.budget, more
}
