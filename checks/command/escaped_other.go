//go:build unix && !linux

package command

// killEscaped finds nobody here: the session and the environment of others
// cannot be read in the same way everywhere. What leaves its group escapes.
func killEscaped(int, string) []int { return nil }
