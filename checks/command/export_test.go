package command

import "context"

// Grace is how much later than its time a run may return.
const Grace = grace

// A Turn runs functions as a check runs its program.
type Turn struct{ turn turn }

// Do runs f unless one that was given up still hangs.
func (t *Turn) Do(ctx context.Context, f func()) error {
	_, err := t.turn.do(ctx, func() (end, error) { f(); return end{}, nil })
	return err
}

// A Measure is one value of a plugin.
type Measure struct {
	Name  string
	Value float64
}

// ParsePerfdata returns what a run would observe of s.
func ParsePerfdata(s string) []Measure {
	var all []Measure
	for _, m := range unique(parsePerfdata(s)) {
		all = append(all, Measure{m.name, m.value})
	}
	return all
}
