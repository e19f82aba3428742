package collector

import (
	"encoding/json"
	"sync"
)

// A structured is the output of a run as a value (see checks.Output). It is
// encoded when it is set, by the run: its methods are code of the check's author.
type structured struct {
	mu  sync.Mutex
	raw []byte
}

// set encodes v. A value that has no JSON, or too much of it, is left out.
func (s *structured) set(v any) {
	raw, err := json.Marshal(v)
	if err != nil || len(raw) > maxInput {
		raw = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw = raw
}

// take returns what was set, and nothing that comes later.
func (s *structured) take() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw := s.raw
	s.raw = nil
	return raw
}

// addValue makes raw, scrubbed as a tree, the value of an outcome and, if it
// passed, its compact text the output.
func (c *Collector) addValue(o *outcome, raw []byte) {
	if raw == nil {
		return
	}
	o.value = c.opts.Scrubber.JSON(raw)
	if o.passed {
		o.output = shorten(visible(string(o.value)))
	}
}
