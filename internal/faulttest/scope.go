package faulttest

import (
	"slices"
	"testing"
)

// A scope is a testing.TB whose cleanups run when it is closed, so that all of
// the table's servers are gone before its descriptors are counted.
type scope struct {
	testing.TB
	cleanups []func()
}

func (s *scope) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *scope) close() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
	s.cleanups = nil
}
