//go:build freebsd || windows || (darwin && cgo)

package host

import "context"

const memorySupported = true

// readMemory returns the memory of the machine; the arguments matter on Linux.
func readMemory(ctx context.Context, _ string, _ bool) (memory, error) { return hostMemory(ctx, arc()) }
