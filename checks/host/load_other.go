//go:build !linux && !darwin && !freebsd

package host

import "errors"

// Windows keeps no load average; gopsutil would sample one in a goroutine that
// never ends.
const loadSupported = false

func readLoad(string) (load, error) { return load{}, errors.ErrUnsupported }
