package config

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/scrub"
)

// A Config is a file that holds, ready for use.
type Config struct {
	// Checks are ready for a collector, with every default of the file filled in.
	Checks []checks.Check
	// MaxWait and Concurrency are those of collector.Options.
	MaxWait     time.Duration
	Concurrency int

	// Environment is what /environment shows and how it is scrubbed.
	Environment Environment
	// Healthcheck is how /healthcheck answers.
	Healthcheck Healthcheck

	// Secrets are all literal secrets found: passwords, tokens, what came out
	// of secret files and sensitive variables.
	Secrets []string
	// Warnings are what is allowed but should not be, each with its place.
	Warnings []string
	// Hash identifies the content of the files, expanded values not included.
	Hash [sha256.Size]byte
	// Files are the names of the files, in order; none for the built-in default.
	Files []string

	root *yaml.Node // as written, for showing
}

// Environment is the section environment of the file.
type Environment struct {
	Disable  []string          // sections that are not shown
	Sections []Section         // custom ones, in order
	Labels   map[string]string // further labels of healthcheck_build_info
	// ScrubNames and ScrubAllow add to the rules of the scrubber.
	ScrubNames, ScrubAllow []string
}

// Healthcheck is the section healthcheck of the file. What was not given is zero.
type Healthcheck struct {
	Format                                      string // json, text, health+json or plain
	SuccessStatus, FailedStatus, DrainingStatus int
	SuccessHeaders, FailedHeaders               map[string]string
	Sections                                    []Section
}

// A Section is a custom member of an answer.
type Section struct {
	Name  string
	Value json.RawMessage // in the order of the file
	Where string          // file:line, for errors
}

// Load reads the file, the directory or the glob of that name, the built-in
// default if it is empty, and the secret files it names. An error has a line
// for each fault, in the order of the files, with file and line.
//
// learn, which may be nil, is told each secret that a check will read again
// from its file, before the check uses it; it must be safe for concurrent use.
func Load(pattern string, learn func(secret string)) (*Config, error) {
	all, err := sources(pattern)
	if err != nil {
		return nil, err
	}
	return load(all, learn)
}

func load(all []source, learn func(string)) (*Config, error) {
	l := &loading{
		places:  map[string]place{},
		secrets: map[*yaml.Node]bool{},
		faulty:  map[string]bool{},
		config:  &Config{},
	}
	for i, s := range all {
		l.config.Hash = sha256.Sum256(append(l.config.Hash[:], s.data...))
		if s.name != defaultName {
			l.config.Files = append(l.config.Files, s.name)
		}
		l.read(s, i)
	}
	if l.tooLarge {
		return nil, l.faults.err()
	}
	if l.root == nil {
		l.root = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	l.decode()
	l.build(learn)
	if err := l.faults.err(); err != nil {
		return nil, err
	}
	return l.config, nil
}

// loading is what is known while files are being loaded.
type loading struct {
	faults   faults
	places   map[string]place
	secrets  map[*yaml.Node]bool
	faulty   map[string]bool
	texts    []text
	root     *yaml.Node // all files merged
	count    int        // checks so far
	tooLarge bool       // to be decoded
	file     file
	vault    *vault
	config   *Config
}

// read parses a source and walks it.
func (l *loading) read(s source, order int) {
	root, err := s.parse(order)
	if err != nil {
		if f, is := err.(fault); is { //nolint:errorlint // Made one function below.
			l.faults = append(l.faults, f)
		}
		return
	}
	if root == nil {
		return
	}
	w := &walk{
		faults: &l.faults, file: s.name, order: order, base: l.count,
		places: l.places, secrets: l.secrets, faulty: l.faulty,
		seen: map[*yaml.Node]bool{}, layouts: map[reflect.Type]layout{},
	}
	w.value(root, reflect.TypeFor[file](), spot{})
	l.texts = append(l.texts, w.texts...)
	l.tooLarge = l.tooLarge || w.nodes >= maxNodes
	if list := member(root, "checks"); list != nil {
		l.count += len(list.Content)
	}
	if l.root == nil {
		l.root = root
	} else {
		mergeInto(l.root, root)
	}
}

// mergeInto adds what src has to dst. What both have is a fault already, but
// for checks, which are joined, and mappings, which are merged.
func mergeInto(dst, src *yaml.Node) {
	for i := 0; i+1 < len(src.Content); i += 2 {
		key, value := src.Content[i], src.Content[i+1]
		switch there := member(dst, key.Value); {
		case there == nil:
			dst.Content = append(dst.Content, key, value)
		case there.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			mergeInto(there, value)
		case there.Kind == yaml.SequenceNode && value.Kind == yaml.SequenceNode:
			there.Content = append(there.Content, value.Content...)
		case isNull(there):
			*there = *value
		}
	}
}

// member returns the value of a key of a mapping, nil if there is none.
func member(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// decode keeps the tree as it was written, for showing, fills in the texts, and
// decodes the result into the structs.
func (l *loading) decode() {
	l.config.root = written(withoutAnchors(l.root), l.secrets, map[*yaml.Node]*yaml.Node{})
	names, allow := listed(l.root, "names"), listed(l.root, "allow")
	l.vault = &vault{rules: scrub.New(scrub.Rules{Names: names, Allow: allow}), known: map[string]bool{}}

	e := &expander{lookup: environmentVariable, sensitive: l.vault.rules.Name, secret: l.vault.note}
	for _, t := range l.texts {
		value, err := e.expand(t.node.Value)
		if err != nil {
			l.faulty[checkOf(t.path)] = true
			for line := range strings.Lines(err.Error()) {
				l.faults.add(t.at, "%s: %s", t.about, strings.TrimSuffix(line, "\n"))
			}
			continue
		}
		t.node.Value, t.node.Tag, t.node.Style = value, "!!str", yaml.DoubleQuotedStyle
		l.vault.text(t)
	}
	if err := l.root.Decode(&l.file); err != nil && len(l.faults) == 0 {
		// The walk has held every node against its field, so this is ours.
		l.faults.add(place{file: strings.Join(l.config.Files, ", ")}, "does not decode: %s", quotedText.ReplaceAllString(err.Error(), "…"))
	}
}

// listed returns environment.scrub's list of that name.
func listed(root *yaml.Node, name string) []string {
	var list []string
	if environment := member(root, "environment"); environment != nil {
		if rules := member(environment, "scrub"); rules != nil {
			if n := member(rules, name); n != nil {
				_ = n.Decode(&list) // Its form is known to be right.
			}
		}
	}
	return list
}

// fingerprint makes two definitions of a check the same: its type, settings and
// secrets, wherever they stand in a file.
func fingerprint(typeName string, settings *yaml.Node) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s:", typeName)
	var write func(n *yaml.Node, depth int)
	write = func(n *yaml.Node, depth int) {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		if depth > maxDepth {
			return
		}
		fmt.Fprintf(h, "%d %s %q[", n.Kind, n.ShortTag(), n.Value)
		for _, c := range n.Content {
			write(c, depth+1)
		}
		fmt.Fprint(h, "]")
	}
	write(settings, 0)
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}
