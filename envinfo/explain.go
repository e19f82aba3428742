package envinfo

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Masked is the place of a value that a dump does not show, and the reason.
// It never contains the value itself.
type Masked struct {
	// Section is the name of the section.
	Section string `json:"section"`
	// Path is the place of the value in the section, with dots between names
	// and indices: environ.DB_PASSWORD, argv.3. Empty means the whole section.
	Path string `json:"path"`
	// Rule is N1 to N4 and V1 to V16 as documented, names for a name of the
	// configuration, argv for the word of a flag, limit for what is too deep,
	// too large, cyclic or no JSON.
	Rule string `json:"rule"`
}

// Explain reads the sections one after the other and lists the masked values,
// with the rule of the scrubber that masked each; a value may be masked by
// several rules. It leaves out sections that cannot be read.
func (d *Dump) Explain(ctx context.Context) []Masked {
	var all []Masked
	for _, s := range d.current() {
		if c, err := s.do(ctx, true); err == nil {
			all = append(all, c.masked...)
		}
	}
	return all
}

// explained lists the masked parts of value. The section's own name counts as
// the name of a member, as in the whole dump.
func (s *section) explained(value any) []Masked {
	if s.scrub.Name(s.name) {
		value = scrub.Mask // the name decides; the value is not inspected
	}
	var all []Masked
	for _, hit := range s.scrub.Explain(map[string]any{s.name: value}) {
		path := strings.TrimPrefix(strings.TrimPrefix(hit.Path, s.name), ".")
		all = append(all, Masked{Section: s.name, Path: path, Rule: hit.Rule})
	}
	if p, ok := value.(processInfo); ok {
		all = append(all, s.explainedArgv(p.Argv, all)...)
	}
	return all
}

// explainedArgv adds the words that Argv masks only because it knows that the
// list is a command line, such as key=v; without a flag a list is not
// recognised as a command line.
func (s *section) explainedArgv(argv []string, known []Masked) []Masked {
	var all []Masked
	for i, word := range s.scrub.Argv(argv) {
		path := "argv." + strconv.Itoa(i)
		listed := slices.ContainsFunc(known, func(m Masked) bool { return m.Path == path })
		if word != argv[i] && !listed {
			all = append(all, Masked{Section: s.name, Path: path, Rule: "argv"})
		}
	}
	return all
}
