package main

import (
	"strings"
	"testing"
)

func TestATableSaysWhatIsMetMissedAndBroken(t *testing.T) {
	var b table
	b.add(
		row{work: "a", verdict: atMost(1.5, 2, 6, "×")},
		row{work: "b", verdict: atMost(3, 2, 6, "×")},
		row{work: "c", verdict: atLeast(1, 1.6, 0.5, "×")},
		row{work: "d", verdict: reported(3, "×")},
	)
	if b.broken() {
		t.Error("broken() = true for goals that are missed by little")
	}
	b.add(row{work: "e", verdict: atMost(7, 2, 6, "×")})
	if !b.broken() {
		t.Error("broken() = false with a goal missed by far")
	}
	var text strings.Builder
	b.text(&text)
	got := text.String()
	for _, want := range []string{"1.5×    ≤ 2×    met", "3×      ≤ 2×    missed", "1×      ≥ 1.6×  missed", "7×      ≤ 2×    BROKEN"} {
		if !strings.Contains(got, want) {
			t.Errorf("the table has no %q:\n%s", want, got)
		}
	}
}

func TestNothingMeasuredIsBroken(t *testing.T) {
	if v := atMost(median(nil), 2, 6, "×"); !v.broken {
		t.Errorf("atMost(NaN) = %+v, want broken", v)
	}
}
