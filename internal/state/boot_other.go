//go:build !linux

package state

import "time"

// sinceBoot cannot identify the boot, so results are discarded at every restart.
func sinceBoot() (id string, since time.Duration) { return "", 0 }
