package command

import (
	"context"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/solo"
)

// Grace is how much later than its time a run may return.
const Grace = grace

// A Turn runs functions as a check runs its program.
type Turn struct{ calls solo.Calls[end] }

// Do runs f unless one that was given up still hangs.
func (t *Turn) Do(ctx context.Context, f func()) error {
	_, err := t.calls.Do(ctx, grace, words(), func() (end, error) { f(); return end{}, nil })
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
