// Package checks is what others stand on.
package checks

import "errors"

// ErrFailed never changes.
var ErrFailed = errors.New("failed")

// Reasons is a table.
var Reasons = map[string]bool{"timeout": true}
