//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package terminal

import "os"

// Resized never reports anything, because other systems have no Device.
func Resized() (<-chan os.Signal, func()) { return nil, func() {} }

// Suspended is like Resized.
func Suspended() (<-chan os.Signal, func()) { return nil, func() {} }

// Suspend does nothing.
func Suspend() {}
