package main

import "testing"

func TestAQuickMeasurementBreaksAGoalOnlyTwice(t *testing.T) {
	for _, test := range []struct {
		name   string
		quick  bool
		values []float64
		runs   int
		broken bool
	}{
		{"by chance", true, []float64{9, 1}, 2, false},
		{"beyond doubt", true, []float64{9, 9}, 2, true},
		{"never", true, []float64{1}, 1, false},
		{"in the long form", false, []float64{9}, 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, runs := &bench{quick: test.quick}, 0
			b.add(row{work: "earlier"})
			err := b.measure(group{run: func(b *bench) error {
				b.add(row{work: "now", verdict: atMost(test.values[runs], 2, 6, "×")})
				runs++
				return nil
			}})
			if err != nil || runs != test.runs || b.broken() != test.broken || len(b.rows) != 2 {
				t.Errorf("runs = %d, broken = %v, rows = %d, err = %v; want %d, %v, 2, nil", runs, b.broken(), len(b.rows), err, test.runs, test.broken)
			}
		})
	}
}
