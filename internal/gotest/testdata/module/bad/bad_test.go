package bad_test

import "testing"

func TestFails(t *testing.T) { t.Error("two is not three") }

func TestPanicsInAGoroutine(t *testing.T) {
	go panic("out of the blue")
	select {}
}
