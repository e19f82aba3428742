package command

import "time"

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

// Rounded is how a sentence writes d.
func Rounded(d time.Duration) time.Duration { return rounded(d) }
