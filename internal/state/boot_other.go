//go:build !linux

package state

import "time"

// sinceBoot does not know the boot: results are discarded at every restart.
func sinceBoot() (id string, since time.Duration) { return "", 0 }
