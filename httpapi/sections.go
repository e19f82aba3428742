package httpapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const (
	// sectionTimeout bounds one call of a section's function.
	sectionTimeout = 2 * time.Second
	// maxSectionError is the length of the longest error that is shown, in bytes.
	maxSectionError = 1024
)

// sections are the members that follow the report's own.
type sections struct {
	all     []*section
	dynamic bool // any of them has a function
}

// A section is one of them: fixed, or asked for each answer.
type section struct {
	name  string
	fixed []byte // ", name: value" when call is nil
	call  func(context.Context) (any, error)
	scrub Scrubber

	mu      sync.Mutex
	current *sectionCall // nil when none is under way
}

func newSections(given []Section, scrub Scrubber) *sections {
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

// tail returns the end of every answer's body, or nil if that is not the same
// for all.
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

// call returns the end of one answer's body. The functions run side by side,
// so that several slow ones take two seconds together.
func (s *sections) call(ctx context.Context) []byte {
	calls := make([]*sectionCall, len(s.all))
	for i, one := range s.all {
		if one.call != nil {
			calls[i] = one.join()
		}
	}
	var b []byte
	for i, one := range s.all {
		if calls[i] == nil {
			b = append(b, one.fixed...)
			continue
		}
		b = append(b, calls[i].wait(ctx, one)...)
	}
	return append(b, '}')
}

// A sectionCall is one call of a section's function.
type sectionCall struct {
	started time.Time
	done    chan struct{}
	member  []byte // set before done is closed
}

// join returns the call that is under way, and starts one when there is none:
// a function that never returns costs one goroutine, whoever asks.
func (s *section) join() *sectionCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		s.current = &sectionCall{started: time.Now(), done: make(chan struct{})}
		go s.run(s.current)
	}
	return s.current
}

// run outlives the request that started it, and so has a context of its own.
func (s *section) run(c *sectionCall) {
	ctx, cancel := context.WithTimeout(context.Background(), sectionTimeout)
	defer cancel()
	c.member = s.failure(errors.New("the function ended its goroutine"))
	defer func() {
		if r := recover(); r != nil {
			c.member = s.failure(fmt.Errorf("panic: %v", r))
		}
		s.mu.Lock()
		s.current = nil
		s.mu.Unlock()
		close(c.done)
	}()
	value, err := s.call(ctx)
	if err != nil {
		c.member = s.failure(err)
		return
	}
	c.member = s.value(value)
}

// wait returns the member that c gives in time. What is there already counts,
// also when the time was spent on waiting for another one.
func (c *sectionCall) wait(ctx context.Context, s *section) []byte {
	select {
	case <-c.done:
		return c.member
	default:
	}
	left := time.NewTimer(sectionTimeout - time.Since(c.started))
	defer left.Stop()
	select {
	case <-c.done:
		return c.member
	case <-ctx.Done():
		return s.failure(context.Cause(ctx))
	case <-left.C:
		return s.failure(fmt.Errorf("not returned within %v", sectionTimeout))
	}
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
