//go:build !(linux || darwin || freebsd)

package envinfo

import "context"

// readLimits returns nil: no limits are known here.
func readLimits(context.Context) map[string]limit { return nil }
