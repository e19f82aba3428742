package main

import (
	"testing"
	"time"
)

// A single slow attempt made "two processors instead of one" 200 times as slow in
// CI: one piece of work was taken for as much as fits into a round.
func TestOneSlowAttemptDoesNotDecideHowOftenWorkIsDone(t *testing.T) {
	attempts := 0
	c := contestant{"work", func(int) {
		if attempts++; attempts == 1 {
			for start := cpuTime(); cpuTime()-start < 20*time.Millisecond; {
			}
		}
	}}
	if n := enough(c, 40*time.Millisecond); n < 1000 {
		t.Errorf("enough() = %d for work that costs nothing but once", n)
	}
}
