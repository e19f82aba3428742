//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package terminal

import "errors"

// Elsewhere output is plain: without colours and without lines that change.
func isTerminal(uintptr) bool { return false }

func size(uintptr) (columns, rows int) { return 0, 0 }

func keys(uintptr) (func(), error) { return nil, errors.New("not implemented on this system") }
