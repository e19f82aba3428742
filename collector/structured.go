package collector

import (
	"encoding/json"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// A structured is the output of a run as a value (see checks.Output). The run
// encodes it when it is set, because its methods are foreign code.
type structured struct {
	mu  sync.Mutex
	raw []byte
}

// set encodes v. It ignores a value that has no JSON form or is too large.
func (s *structured) set(v any) {
	raw, err := json.Marshal(v)
	if err != nil || len(raw) > maxInput {
		raw = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw = raw
}

// take returns the value set so far; later ones are ignored.
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
		o.output = shorten(clip.Visible(string(o.value)))
	}
}
