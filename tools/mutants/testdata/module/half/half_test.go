package half_test

import (
	"testing"

	"example.org/half/half"
)

func TestLarger(t *testing.T) {
	if half.Larger(2, 2) || !half.Larger(3, 2) {
		t.Error("Larger is wrong")
	}
	half.Sum(1, 2)
}
