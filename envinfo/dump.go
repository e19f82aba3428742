package envinfo

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Dump answers what this host and process are, scrubbed. It is made once
// and safe for concurrent use; a reload makes a new one.
type Dump struct {
	scrub    *scrub.Scrubber
	sections []*section
}

// New makes a dump; it reads nothing before it is asked. It fails when a
// section's name is empty, taken or not printable, or an unknown one is
// disabled, and says all of that at once.
func New(o Options) (*Dump, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	d := &Dump{scrub: o.scrubber()}
	for _, s := range slices.Concat(builtinSections(o), customSections(o)) {
		if !slices.Contains(o.Disable, s.name) {
			s.scrub = d.scrub
			d.sections = append(d.sections, s)
		}
	}
	return d, nil
}

func builtinSections(o Options) []*section {
	config := func(context.Context) (any, error) { return nil, nil }
	if o.Config != nil {
		config = func(context.Context) (any, error) { return o.Config(), nil }
	}
	return []*section{
		{name: "os", read: newOSReader()},
		{name: "go", read: newGoReader()},
		{name: "process", read: newProcessReader(o)},
		{name: "config", read: config},
	}
}

func customSections(o Options) []*section {
	var all []*section
	for _, s := range o.Sections {
		read := s.Func
		if read == nil {
			read = func(context.Context) (any, error) { return s.Value, nil }
		}
		all = append(all, &section{name: s.Name, read: read})
	}
	return all
}

// Sections returns the names of the sections that are not disabled, in order.
func (d *Dump) Sections() []string {
	names := make([]string, 0, len(d.sections))
	for _, s := range d.sections {
		names = append(names, s.name)
	}
	return names
}

// Section returns the scrubbed JSON of one section, as it is now. A section
// that fails, panics, takes more than two seconds or outlasts ctx gives
// {"error": …}. The second result is false when there is no such section.
func (d *Dump) Section(ctx context.Context, name string) (json.RawMessage, bool) {
	for _, s := range d.sections {
		if s.name == name {
			return s.json(ctx), true
		}
	}
	return nil, false
}

// JSON returns all sections as one object. They are read side by side, so
// that several slow ones take two seconds together.
func (d *Dump) JSON(ctx context.Context) []byte {
	members := make([]json.RawMessage, len(d.sections))
	var wg sync.WaitGroup
	for i, s := range d.sections {
		wg.Go(func() { members[i] = s.json(ctx) })
	}
	wg.Wait()

	var b bytes.Buffer
	b.WriteByte('{')
	for i, s := range d.sections {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(s.name))
		b.WriteByte(':')
		b.Write(members[i])
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quote returns s as JSON.
func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil { // a string always has a JSON form
		return []byte(`""`)
	}
	return b
}
