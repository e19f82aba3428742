//go:build !linux && !darwin && !freebsd && !windows

package host

import "errors"

const memorySupported = false

func readMemory(string, bool) (memory, error) { return memory{}, errors.ErrUnsupported }
