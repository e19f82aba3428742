package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// loading is what is known while files are being loaded.
type loading struct {
	faults  faults
	places  map[string]place
	secrets map[*yaml.Node]bool
	paths   map[*yaml.Node]bool // texts that are nothing but the path of a file
	faulty  map[string]bool
	unset   map[string]bool // paths of texts that could not be filled in
	texts   []text
	root    *yaml.Node // all files merged
	count   int        // checks so far
	partial bool       // a file could not be used: its checks are not known
	file    file
	vault   *vault
	taken   bytes.Buffer // of fingerprints
	config  *Config
}

func newLoading() *loading {
	return &loading{
		places:  map[string]place{},
		secrets: map[*yaml.Node]bool{},
		paths:   map[*yaml.Node]bool{},
		faulty:  map[string]bool{},
		unset:   map[string]bool{},
		config:  &Config{},
	}
}

func load(all []source, learn func(string)) (*Config, error) {
	l := newLoading()
	l.config.sources = all
	l.config.json = sync.OnceValue(l.config.makeJSON)
	for i, s := range all {
		l.config.Hash = sha256.Sum256(append(l.config.Hash[:], s.data...))
		if s.name != defaultName {
			l.config.Files = append(l.config.Files, s.name)
		}
		l.read(s, i)
	}
	if l.root == nil && !l.partial {
		l.faults.add(place{file: l.files()}, "is empty, want checks: (checks: [] for none)")
	}
	if l.root != nil {
		l.decode()
		l.build(learn)
	}
	if err := l.faults.err(); err != nil {
		return nil, err
	}
	return l.config, nil
}

// read parses a source and walks it.
func (l *loading) read(s source, order int) {
	root, err := s.parse(order)
	if f, is := errors.AsType[fault](err); is {
		l.faults.list = append(l.faults.list, f)
		l.partial = true
	}
	if root == nil {
		return
	}
	w := &walk{
		faults: &l.faults, file: s.name, order: order, base: l.count,
		places: l.places, texts: l.texts, secrets: l.secrets, paths: l.paths, faulty: l.faulty,
		seen: map[*yaml.Node]bool{}, layouts: map[reflect.Type]layout{}, unknown: map[string]bool{}, types: TypeNames(),
	}
	w.value(root, reflect.TypeFor[file](), spot{})
	l.texts = w.texts
	if list := member(root, "checks"); list != nil && list.Kind == yaml.SequenceNode {
		l.count += len(list.Content)
	}
	if l.root == nil {
		l.root = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	l.root = merged(l.root, root)
}

// merged returns a mapping with the members of both. What both have is a fault
// already, but for checks, which are joined, and mappings, which are merged.
func merged(dst, src *yaml.Node) *yaml.Node {
	all := *dst
	all.Content = append([]*yaml.Node(nil), dst.Content...)
	for i := 0; i+1 < len(src.Content); i += 2 {
		key, value := src.Content[i], src.Content[i+1]
		at := indexOf(&all, key.Value)
		if at < 0 {
			all.Content = append(all.Content, key, value)
			continue
		}
		switch there := all.Content[at]; {
		case there.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			all.Content[at] = merged(there, value)
		case there.Kind == yaml.SequenceNode && value.Kind == yaml.SequenceNode:
			list := *there
			list.Content = append(append([]*yaml.Node(nil), there.Content...), value.Content...)
			all.Content[at] = &list
		case there.Kind != yaml.SequenceNode && value.Kind == yaml.SequenceNode, isNull(there):
			all.Content[at] = value
		}
	}
	return &all
}

// member returns the value of a key of a mapping, nil if there is none.
func member(n *yaml.Node, key string) *yaml.Node {
	if i := indexOf(n, key); i >= 0 {
		return n.Content[i]
	}
	return nil
}

// indexOf returns where the value of a key of a mapping stands, -1: nowhere.
func indexOf(n *yaml.Node, key string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i + 1
		}
	}
	return -1
}

// fault tells what is wrong at a path or, when nobody wrote that, at the nearest
// path around it.
func (l *loading) fault(path, format string, a ...any) {
	at, known := l.places[path]
	for !known && path != "" {
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		at, known = l.places[path]
	}
	if !known {
		at.file = l.files()
	}
	l.faults.add(at, "%s", fmt.Sprintf(format, a...))
}

func (l *loading) warning(at place, format string, a ...any) {
	if at.file == "" {
		at.file = l.files()
	}
	l.config.Warnings = append(l.config.Warnings, at.String()+": "+fmt.Sprintf(format, a...))
}

// files names all of them, for what has no place in one.
func (l *loading) files() string {
	if len(l.config.Files) == 0 {
		return defaultName
	}
	return strings.Join(l.config.Files, ", ")
}
