//go:build !unix

package listen

// descriptorLimit returns how many files the process may open, 0 if unknown.
func descriptorLimit() int { return 0 }
