//go:build !unix

package state

import "os"

// lockFile does nothing where the standard library has no lock.
func lockFile(*os.File) error { return nil }
