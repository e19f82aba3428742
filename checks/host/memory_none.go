//go:build !linux && !freebsd && !windows && !(darwin && cgo)

package host

import (
	"context"
	"errors"
)

// Without cgo, gopsutil executes vm_stat on darwin; the checks must not execute
// programs.
const memorySupported = false

func readMemory(context.Context, string, bool) (memory, error) {
	return memory{}, errors.ErrUnsupported
}
