//go:build darwin || freebsd || windows

package host

import (
	"context"
	"errors"

	"github.com/shirou/gopsutil/v3/mem"
)

const memorySupported = true

// readMemory returns the memory of the machine; the arguments matter on Linux.
func readMemory(string, bool) (memory, error) {
	m, err := mem.VirtualMemoryWithContext(context.Background())
	if err != nil {
		return memory{}, err
	}
	if m.Total == 0 {
		return memory{}, errors.New("the kernel says that there is no memory")
	}
	return memory{used: m.Total - min(m.Available, m.Total), limit: m.Total}, nil
}
