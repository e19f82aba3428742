package envinfo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// Options are the settings of a [Dump] and of a [BuildInfo]. The zero value is
// useful: the built-in sections, and the rules of the scrubber alone.
type Options struct {
	// Config returns the configuration that the section config shows: any value
	// that encoding/json accepts. It is called for each answer, like the
	// function of a section. Nil shows null.
	Config func() any
	// Sections follow the built-in ones, in this order.
	Sections []Section
	// Disable names sections, built-in or not, that are neither run nor shown.
	Disable []string

	// Build identifies the build of this module. Empty fields are filled from the
	// build information that the Go toolchain leaves in a program.
	Build Build
	// Labels are added to healthcheck_build_info. A name is a letter or
	// underscore, then letters, digits and underscores; it must not begin with
	// two underscores or be one of the fixed names.
	Labels map[string]string

	// Scrubber masks secrets. Nil means the built-in rules alone; usually it should
	// be the scrubber of the collector.
	Scrubber *scrub.Scrubber

	argv    func() []string // nil: the process's
	environ func() []string // nil: the process's
	root    fs.FS           // nil: /
}

// files returns the file system that the readers of well-known files look at.
func (o Options) files() fs.FS {
	if o.root != nil {
		return o.root
	}
	return rootFS()
}

// A Section is a member that the user adds to a dump: a value, or a function
// that is called for each answer.
type Section struct {
	// Name is the section's key in the dump, and its place below /environment.
	Name string
	// Value is shown if Func is nil: any value that encoding/json accepts. It
	// is encoded for each answer, so it must not change meanwhile.
	Value any
	// Func returns the value to show. Calls don't overlap, and the context ends
	// after two seconds.
	Func func(context.Context) (any, error)
}

// maxName is the length of the longest section name, in bytes.
const maxName = 100

// builtin are the names of the built-in sections, in their order.
func builtin() []string { return []string{"os", "go", "process", "config"} }

// validate returns all faults of o, joined.
func (o Options) validate() error {
	known := builtin()
	errs := []error{validateSections(o.Sections, known)}
	for _, s := range o.Sections {
		known = append(known, s.Name)
	}
	for i, name := range o.Disable {
		if !slices.Contains(known, name) {
			errs = append(errs, faultOf(fmt.Sprintf("disable.%d", i), "disable %q: no such section, want one of %s", name, strings.Join(known, ", ")))
		}
	}
	return errors.Join(errs...)
}

// validateSections returns all faults of sections, joined. The names in taken
// are not available.
func validateSections(sections []Section, taken []string) error {
	var errs []error
	taken = slices.Clone(taken)
	for i, s := range sections {
		setting := "sections." + s.Name
		switch {
		case !validSection(s.Name):
			errs = append(errs, faultOf(setting, "section %d: the name %q, want 1 to %d printable characters without a slash", i+1, s.Name, maxName))
		case slices.Contains(builtin(), s.Name):
			errs = append(errs, faultOf(setting, "section %q: the name belongs to a built-in section", s.Name))
		case slices.Contains(taken, s.Name):
			errs = append(errs, faultOf(setting, "section %q: the name is taken", s.Name))
		case s.Value != nil && s.Func != nil:
			errs = append(errs, faultOf(setting, "section %q: has a value and a function, want one of them", s.Name))
		}
		taken = append(taken, s.Name)
	}
	return errors.Join(errs...)
}

// A fault is something wrong with one setting of Options.
type fault struct{ setting, text string }

func faultOf(setting, format string, a ...any) fault {
	return fault{setting, fmt.Sprintf(format, a...)}
}

func (f fault) Error() string { return f.text }

// Setting returns the path of the setting's key in section environment of the
// YAML file, such as "labels.cluster".
func (f fault) Setting() string { return f.setting }

// validSection reports whether name can be a key and one segment of a path.
func validSection(name string) bool {
	return name != "" && len(name) <= maxName && utf8.ValidString(name) && !strings.Contains(name, "/") &&
		name != "." && name != ".." && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}
