//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package terminal

import "os"

// Elsewhere there is no terminal, and so nothing to tell.
func Resized() (<-chan os.Signal, func()) { return nil, func() {} }

// Suspended is like Resized.
func Suspended() (<-chan os.Signal, func()) { return nil, func() {} }

// Suspend does nothing.
func Suspend() {}
