package envinfo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/flight"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const (
	// sectionTimeout bounds the reading of one section, scrubbing included.
	sectionTimeout = 2 * time.Second
	// maxError is the length of the longest error that is shown, in bytes.
	maxError = 1024
	// maxText is how much of an error is scrubbed, in bytes.
	maxText = 64 << 10
)

var errNoJSON = errors.New("the section has no scrubbed form")

// A section reads one member of a dump. At most one reading is under way at a
// time; readers that come meanwhile share its result.
type section struct {
	name     string
	read     func(context.Context) (any, error)
	scrub    *scrub.Scrubber
	readings flight.Single[reading]
}

// A reading is the value of a section: its JSON, or the list of its masked parts.
type reading struct {
	explain bool
	json    json.RawMessage
	masked  []Masked
}

// json returns the section's scrubbed JSON, or an error as JSON.
func (s *section) json(ctx context.Context) json.RawMessage {
	r, err := s.do(ctx, false)
	if err != nil {
		return errorJSON(err.Error())
	}
	return r.json
}

// do returns a reading of the wanted kind: the reading under way, or a new one
// after a reading of the other kind has ended.
func (s *section) do(ctx context.Context, explain bool) (reading, error) {
	read := func(ctx context.Context) (reading, error) { return s.newReading(ctx, explain) }
	for {
		r, err := s.readings.Join(sectionTimeout, read).Wait(ctx)
		if err != nil {
			return r, s.clean(err.Error())
		}
		if r.explain == explain {
			return r, nil
		}
	}
}

// newReading calls foreign code: a panic becomes an error of the reading.
func (s *section) newReading(ctx context.Context, explain bool) (r reading, err error) {
	r.explain = explain
	value, err := s.read(ctx)
	switch {
	case err == nil && explain:
		r.masked = s.explained(value)
	case err == nil:
		r.json, err = s.scrubbed(value)
	}
	if err != nil {
		err = s.clean(err.Error())
	}
	return r, err
}

// clean turns a text that may hold secrets and have any length into an error.
// If it has to cut the text before scrubbing, it drops the last word: half a
// URL lacks the @ that marks its password.
func (s *section) clean(text string) error {
	if len(text) > maxText {
		text = text[:maxText]
		text = clip.Words(text, maxText) + "…"
	}
	return errors.New(clip.Short(s.scrub.Text(text), maxError))
}

// scrubbed returns value as JSON without secrets. A section whose own name is
// sensitive is masked as a whole, like a member of a tree.
func (s *section) scrubbed(value any) (json.RawMessage, error) {
	if s.scrub.Name(s.name) {
		return quote(scrub.Mask), nil
	}
	if p, ok := value.(processInfo); ok {
		p.Argv = s.scrub.Argv(p.Argv)
		value = p
	}
	out := s.scrub.Tree(value)
	if len(out) == 0 {
		return nil, errNoJSON
	}
	return out, nil
}

// errorJSON is the JSON of a section that could not be read.
func errorJSON(text string) json.RawMessage {
	return fmt.Appendf(nil, `{"error":%s}`, quote(text))
}
