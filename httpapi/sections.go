package httpapi

import (
	"context"
	"errors"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/flight"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const (
	// sectionTimeout bounds one call of a section's function.
	sectionTimeout = 2 * time.Second
	// maxSectionError is the length of the longest error that is shown, in bytes.
	maxSectionError = 1024
)

// sections are the members that follow those of the report.
type sections struct {
	all     []*section
	dynamic bool // a section has a function
}

// A section is fixed, or calls a function for each answer.
type section struct {
	name  string
	fixed []byte // ", name: value" if call is nil
	call  func(context.Context) (any, error)
	calls flight.Single[[]byte]
	scrub *scrub.Scrubber
}

func newSections(given []Section, scrub *scrub.Scrubber) *sections {
	all := &sections{}
	for _, g := range given {
		s := &section{name: g.Name, call: g.Func, scrub: scrub}
		if g.Func == nil {
			s.fixed = s.value(g.Value)
		}
		all.all = append(all.all, s)
		all.dynamic = all.dynamic || g.Func != nil
	}
	return all
}

// tail returns the end of the body, or nil if it differs between answers.
func (s *sections) tail() []byte {
	if s.dynamic {
		return nil
	}
	var b []byte
	for _, one := range s.all {
		b = append(b, one.fixed...)
	}
	return append(b, '}')
}

// call returns the end of one answer's body. The functions run concurrently, so
// that several slow ones take two seconds together.
func (s *sections) call(ctx context.Context) []byte {
	calls := make([]*flight.Call[[]byte], len(s.all))
	for i, one := range s.all {
		if one.call != nil {
			calls[i] = one.calls.Join(sectionTimeout, one.member)
		}
	}
	var b []byte
	for i, one := range s.all {
		if calls[i] == nil {
			b = append(b, one.fixed...)
			continue
		}
		member, err := calls[i].Wait(ctx)
		if err != nil {
			member = one.failure(err)
		}
		b = append(b, member...)
	}
	return append(b, '}')
}

// member calls the function.
func (s *section) member(ctx context.Context) ([]byte, error) {
	value, err := s.call(ctx)
	if err != nil {
		return s.failure(err), nil
	}
	return s.value(value), nil
}

// value returns the member for v, scrubbed.
func (s *section) value(v any) []byte {
	if s.scrub.Name(s.name) {
		return append(s.key(), `"`+scrub.Mask+`"`...)
	}
	b, ok := appendJSON(s.key(), s.scrub.Tree(v))
	if !ok {
		return s.failure(errors.New("the value has no JSON form"))
	}
	return b
}

// failure returns the member for an error, scrubbed and cut.
func (s *section) failure(err error) []byte {
	text := clip.Short(s.scrub.Text(err.Error()), maxSectionError)
	return append(appendString(append(s.key(), `{"error": `...), text), '}')
}

func (s *section) key() []byte {
	return append(appendString([]byte(", "), s.name), ": "...)
}
