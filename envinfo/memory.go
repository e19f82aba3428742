//go:build linux || freebsd || windows || (darwin && cgo)

package envinfo

import (
	"context"

	"github.com/shirou/gopsutil/v3/mem"
)

// readMemory returns nil if the memory of the host is unknown.
func readMemory(ctx context.Context) *memory {
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil || m.Total == 0 {
		return nil
	}
	return &memory{Total: m.Total, Available: m.Available, Limit: memoryLimit(rootFS())}
}
