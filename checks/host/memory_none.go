//go:build !linux && !freebsd && !windows && !(darwin && cgo)

package host

import (
	"context"
	"errors"
)

// On darwin without cgo gopsutil executes vm_stat.
const memorySupported = false

func readMemory(context.Context, string, bool) (memory, error) {
	return memory{}, errors.ErrUnsupported
}
