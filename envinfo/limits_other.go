//go:build !(linux || darwin || freebsd)

package envinfo

// readLimits knows none here.
func readLimits() map[string]limit { return nil }
