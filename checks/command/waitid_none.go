//go:build unix && !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package command

// awaitExit cannot wait without reaping here.
func awaitExit(int) bool { return false }
