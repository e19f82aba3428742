//go:build !linux

package scrub_test

import "time"

// processorTime returns a time to compare with: the clock's, because not every
// system says what a thread has used.
func processorTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
