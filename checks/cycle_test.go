package checks_test

import (
	"fmt"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestCyclesAreFoundOnceEachAndUpToTheLimit(t *testing.T) {
	with := func(name string, dependsOn ...string) checks.Check {
		return checks.Check{Name: name, DependsOn: dependsOn}
	}
	ring := make([]checks.Check, 12)
	for i := range ring {
		ring[i] = with(fmt.Sprintf("r%d", i), fmt.Sprintf("r%d", (i+1)%len(ring)))
	}
	for _, row := range []struct {
		all   []checks.Check
		limit int
		want  string
	}{
		{nil, 9, "[]"},
		{[]checks.Check{with("a", "b"), with("b", "c", "unknown"), with("c")}, 9, "[]"},
		{[]checks.Check{with("a", "b", "c"), with("b", "d"), with("c", "d"), with("d")}, 9, "[]"},
		{[]checks.Check{with("a", "a")}, 9, "[a → a]"},
		{[]checks.Check{with("a", "b"), with("b", "c"), with("c", "b")}, 9, "[b → c → b]"},
		{[]checks.Check{with("a", "a"), with("b", "b"), with("c", "c")}, 9, "[a → a b → b c → c]"},
		{[]checks.Check{with("a", "a"), with("b", "b"), with("c", "c")}, 2, "[a → a b → b]"},
		{[]checks.Check{with("a", "b"), with("a", "a"), with("b")}, 9, "[]"},
		{ring, 9, "[r0 → r1 → r2 → r3 → (5 more) → r9 → r10 → r11 → r0]"},
	} {
		if got := fmt.Sprint(checks.Cycles(row.all, row.limit)); got != row.want {
			t.Errorf("Cycles = %s, want %s", got, row.want)
		}
	}
}
