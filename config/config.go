package config

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A Config is a valid configuration, ready for use. The options are complete but
// for what a file cannot say: loggers, hooks, the scrubber and the build.
type Config struct {
	// Checks are ready for a collector, with every default of the file filled in.
	Checks []checks.Check
	// Collector has the limits of section global.
	Collector collector.Options
	// Healthcheck says how /healthcheck answers.
	Healthcheck httpapi.Options
	// Views are named selections of checks, in the order of their names.
	Views []View
	// Environment says what /environment shows, and has the labels of
	// healthcheck_build_info. Its Config is the configuration itself.
	Environment envinfo.Options

	// Rules are those of the scrubber.
	Rules scrub.Rules
	// Secrets are all literal secrets found: passwords, tokens, the content of
	// secret files and of sensitive variables.
	Secrets []string
	// Warnings say what is allowed but unwise, each with its place.
	Warnings []string
	// Hash identifies the content of the files, expanded values not included.
	Hash [sha256.Size]byte
	// Files are the names of the files, in order. The built-in default has none.
	Files []string

	// Raw returns the tree of the sources as they are, written the one without
	// secrets. Both parse the sources at each call: a tree is ten times as large.
	raw, written func() *document.Node
	json         func() json.RawMessage
	definitions  []definition // of Checks, for Diff
}

// Load reads the file, the directory or the glob of that name, or the built-in
// default if it is empty, and the secret files that it names. An error has a
// line for each fault, in the order of the files, with file and line.
func Load(pattern string) (*Config, error) {
	cfg, _, err := read(pattern, false)
	return cfg, err
}

// Check is Load that also opens the certificate files of each check, which a
// check reads at every run.
func Check(pattern string) (*Config, error) {
	cfg, _, err := read(pattern, true)
	return cfg, err
}

func read(pattern string, certificates bool) (*Config, Inputs, error) {
	sources, in := readSources(pattern)
	if in.missing != nil {
		return nil, in, in.missing
	}
	l := newLoading(sources)
	l.certificates, l.beside = certificates, in.named
	cfg, err := l.load()
	return cfg, in, err
}

// YAML returns the content of all files as one document, without comments and
// secrets. Clean scrubs every value; it must have learned c.Secrets.
func (c *Config) YAML(clean *scrub.Scrubber) ([]byte, error) {
	return c.written().YAML(clean)
}

// CheckYAML returns one check of the files, by its name, as YAML does. It returns
// nil if there is no such check.
func (c *Config) CheckYAML(name string, clean *scrub.Scrubber) ([]byte, error) {
	i := slices.IndexFunc(c.definitions, func(d definition) bool { return d.name == name })
	if i < 0 {
		return nil, nil
	}
	return c.written().Get("checks").Items()[i].Block().YAML(clean)
}

// JSON returns the content of all files as one JSON object. It masks only the
// fields whose type is a secret; /environment scrubs the rest, as it does every
// section. The first call makes the object. JSON is safe for concurrent use.
func (c *Config) JSON() json.RawMessage { return c.json() }

// showing makes the functions that show the sources.
func (c *Config) showing(sources []document.Source) {
	c.raw = func() *document.Node { return document.Parse(sources).Root() }
	c.written = func() *document.Node { return document.Shown(sources, &file{}) }
	c.json = sync.OnceValue(func() json.RawMessage { return c.written().JSON() })
	c.Environment.Config = func() any { return c.JSON() }
}
