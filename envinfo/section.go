package envinfo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

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

var (
	errNothing = errors.New("the section's function ended its goroutine")
	errNoJSON  = errors.New("the section has no scrubbed form")
)

// A section reads one member of a dump, at most once at a time: whoever asks
// meanwhile gets the same answer, and one that never returns costs one
// goroutine and, after two seconds, nobody's time.
type section struct {
	name  string
	read  func(context.Context) (any, error)
	scrub *scrub.Scrubber

	mu      sync.Mutex
	current *call // nil when none is under way
}

// A call is one reading of a section, for its JSON or for what is masked in it.
type call struct {
	explain bool
	started time.Time
	done    chan struct{}

	// Set before done is closed, not changed afterwards.
	json   json.RawMessage
	masked []Masked
	err    error
}

// json returns the section's scrubbed JSON, or an error as JSON.
func (s *section) json(ctx context.Context) json.RawMessage {
	c, err := s.do(ctx, false)
	if err != nil {
		return errorJSON(err.Error())
	}
	return c.json
}

// do waits for a call of the wanted kind: the one under way, or a new one once
// one of the other kind has ended.
func (s *section) do(ctx context.Context, explain bool) (*call, error) {
	for {
		c := s.join(explain)
		if err := c.wait(ctx); err != nil {
			return nil, err
		}
		if c.explain == explain {
			return c, c.err
		}
	}
}

// join returns the call that is under way, and starts one when there is none.
func (s *section) join(explain bool) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		s.current = &call{explain: explain, started: time.Now(), done: make(chan struct{})}
		go s.run(s.current)
	}
	return s.current
}

// wait returns nil when c has ended in time.
func (c *call) wait(ctx context.Context) error {
	select {
	case <-c.done: // However late it is by now.
		return nil
	default:
	}
	timer := time.NewTimer(sectionTimeout - time.Since(c.started))
	defer timer.Stop()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("not waited for: %w", ctx.Err())
	case <-timer.C:
		if age := time.Since(c.started).Round(time.Second); age > sectionTimeout {
			return fmt.Errorf("the reading begun %v ago has not returned", age)
		}
		return fmt.Errorf("not read within %v", sectionTimeout)
	}
}

// run calls what may be anybody's code, and outlives all who wait for it: its
// context is its own. Neither a panic nor runtime.Goexit gets out.
func (s *section) run(c *call) {
	ctx, cancel := context.WithTimeout(context.Background(), sectionTimeout)
	defer cancel()
	c.err = errNothing
	defer s.end(c)
	defer func() {
		if r := recover(); r != nil {
			c.err = s.clean(fmt.Sprintf("panic: %v", r))
		}
	}()

	value, err := s.read(ctx)
	if err == nil && c.explain {
		c.masked = s.explained(value)
	} else if err == nil {
		c.json, err = s.scrubbed(value)
	}
	c.err = nil
	if err != nil {
		c.err = s.clean(err.Error())
	}
}

func (s *section) end(c *call) {
	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()
	close(c.done)
}

// clean makes an error of a text that may hold secrets and have any length.
// Of one that is cut before it is scrubbed the last word is dropped: half a URL
// has no @ by which its password is known.
func (s *section) clean(text string) error {
	if len(text) > maxText {
		text = text[:maxText]
		text = text[:strings.LastIndexFunc(text, unicode.IsSpace)+1] + "…"
	}
	text = s.scrub.Text(text)
	if len(text) > maxError {
		cut := maxError - len("…")
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return errors.New(text)
}

// scrubbed returns value as JSON that gives nothing away. A section whose own
// name is sensitive is masked whole, as any member of a tree is.
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

// errorJSON is what a section shows that could not be read.
func errorJSON(text string) json.RawMessage {
	return fmt.Appendf(nil, `{"error":%s}`, quote(text))
}
