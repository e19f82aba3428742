package collector

import (
	"math"
	"time"
)

// An instant is a moment on both clocks. The monotonic clock cannot be set
// back; the wall clock continues while the machine is suspended. A result has
// expired when it has expired by either clock.
type instant struct {
	mono time.Duration // since the collector was made
	wall int64         // Unix nanoseconds
}

// never is later than every other instant.
var never = instant{mono: math.MaxInt64, wall: math.MaxInt64}

// startClock returns a clock whose monotonic side begins now.
func startClock() func() instant {
	start := time.Now()
	return func() instant {
		now := time.Now()
		return instant{mono: now.Sub(start), wall: now.UnixNano()}
	}
}

// before reports whether i comes before o on both clocks.
func (i instant) before(o instant) bool { return i.mono < o.mono && i.wall < o.wall }

// add returns i plus a positive duration, at most the end of time.
func (i instant) add(d time.Duration) instant {
	return instant{mono: addDurations(i.mono, d), wall: int64(addDurations(time.Duration(i.wall), d))}
}

// addDurations adds durations without overflow. All but the first are positive:
// the clock of a restored result may be below zero.
func addDurations(ds ...time.Duration) time.Duration {
	sum := time.Duration(0)
	for _, d := range ds {
		if sum > 0 && d > math.MaxInt64-sum {
			return math.MaxInt64
		}
		sum += d
	}
	return sum
}

// time returns the wall time, for showing.
func (i instant) time() time.Time { return time.Unix(0, i.wall) }

// earliest returns the earlier of two instants, for each clock separately.
func earliest(a, b instant) instant {
	return instant{mono: min(a.mono, b.mono), wall: min(a.wall, b.wall)}
}
