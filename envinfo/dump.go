package envinfo

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Dump describes this host and process, scrubbed. It is made once and safe for
// concurrent use; a reload makes a new one.
type Dump struct {
	scrub *scrub.Scrubber

	mu       sync.RWMutex
	taken    []string   // the names that a new section cannot have
	sections []*section // replaced as a whole
}

// New makes a dump. It does not read the sections. It fails, with all faults
// joined, if a section's name is empty, taken or not printable, or if an
// unknown section is disabled.
func New(o Options) (*Dump, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	d := &Dump{scrub: o.Scrubber}
	for _, s := range append(builtinSections(o), customSections(o.Sections)...) {
		d.taken = append(d.taken, s.name)
		if !slices.Contains(o.Disable, s.name) {
			s.scrub = d.scrub
			d.sections = append(d.sections, s)
		}
	}
	return d, nil
}

// Add appends sections, also while the dump is being read. It fails for the
// same reasons as New, and then adds nothing. The names of disabled sections
// are taken.
func (d *Dump) Add(sections ...Section) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := validateSections(sections, d.taken); err != nil {
		return err
	}
	added := slices.Clone(d.sections)
	for _, s := range customSections(sections) {
		s.scrub = d.scrub
		d.taken, added = append(d.taken, s.name), append(added, s)
	}
	d.sections = added
	return nil
}

// current returns the sections as they are now.
func (d *Dump) current() []*section {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.sections
}

func builtinSections(o Options) []*section {
	config := func(context.Context) (any, error) { return nil, nil }
	if o.Config != nil {
		config = func(context.Context) (any, error) { return o.Config(), nil }
	}
	return []*section{
		{name: "os", read: newOSReader(o.files())},
		{name: "go", read: newGoReader(o.Build)},
		{name: "process", read: newProcessReader(o)},
		{name: "config", read: config},
	}
}

func customSections(sections []Section) []*section {
	var all []*section
	for _, s := range sections {
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
	sections := d.current()
	names := make([]string, 0, len(sections))
	for _, s := range sections {
		names = append(names, s.name)
	}
	return names
}

// Section returns the current scrubbed JSON of one section. A section that
// fails, panics, takes more than two seconds or outlasts ctx gives {"error":
// …}. The second result is false if there is no section of that name.
func (d *Dump) Section(ctx context.Context, name string) (json.RawMessage, bool) {
	for _, s := range d.current() {
		if s.name == name {
			return s.json(ctx), true
		}
	}
	return nil, false
}

// JSON returns all sections as one object. It reads them concurrently, so that
// several slow ones take two seconds together.
func (d *Dump) JSON(ctx context.Context) []byte {
	sections := d.current()
	members := make([]json.RawMessage, len(sections))
	var wg sync.WaitGroup
	for i, s := range sections {
		wg.Go(func() { members[i] = s.json(ctx) })
	}
	wg.Wait()

	var b bytes.Buffer
	b.WriteByte('{')
	for i, s := range sections {
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
