package state

import (
	"os"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// OpenAt is Open with a clock: of the wall, of the boot and since the boot.
func OpenAt(dir string, report func(error), wall func() time.Time, boot func() (string, time.Duration)) *Store {
	return open(dir, report, clock{wall: wall, boot: boot})
}

// SinceBoot is sinceBoot.
func SinceBoot() (id string, since time.Duration) { return sinceBoot() }

// SaveWithin does what Keep does once a second, with that many bytes to write.
func (s *Store) SaveWithin(c *collector.Collector, budget int) (more bool) { return s.save(c, budget) }

// FailWrites makes writing to the slots fail, as on a broken disk, until heal is
// called.
func (s *Store) FailWrites() (heal func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range []*slotFile{&s.results.slots, &s.history.slots} {
		f.close()
		f.file, _ = os.Open(os.DevNull) // It is open for reading alone.
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.results.slots.close()
		s.history.slots.close()
	}
}

// SaveOnce does what Keep does once a second, and returns how many bytes it has
// written to the slots.
func (s *Store) SaveOnce(c *collector.Collector) (written int, more bool) {
	more = s.save(c, perInterval)
	return perInterval - s.budget, more
}

// Encoded is the payload for a result in a slot of that capacity.
func Encoded(r collector.SavedResult, capacity int) string {
	return string(newRecord(r, moment{}).encode(capacity))
}
