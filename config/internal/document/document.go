package document

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Document is the content of all files of a configuration, merged. It is for
// one goroutine.
type Document struct {
	// Text returns the value of a string in the document, such as with its
	// variables expanded. Each line of its error becomes a fault. Nil means that
	// strings are as they are written.
	Text func(n *Node) (string, error)

	sources []Source
	root    *yaml.Node // all files merged, without aliases; nil if they hold nothing
	partial bool
	faults  *faults
	shapes  map[reflect.Type]*shape
	bad     map[*yaml.Node]bool // values in or below which decoding found a fault
}

// Parse parses the sources and merges them. Faults, also those of the sources,
// are reported by Err.
func Parse(sources []Source) *Document {
	d := &Document{sources: sources, faults: &faults{}, shapes: map[reflect.Type]*shape{}, bad: map[*yaml.Node]bool{}}
	for i, s := range sources {
		root, f := s.parse(i)
		if f != nil {
			d.partial = true
			d.faults.add(f.line, f.text)
		}
		if root != nil {
			d.root = d.merge(d.root, root, "")
		}
	}
	return d
}

// Empty reports whether no file holds anything.
func (d *Document) Empty() bool { return d.root == nil && !d.partial }

// Partial reports whether a file could not be used, so that its settings are
// unknown.
func (d *Document) Partial() bool { return d.partial }

// Full reports whether so many faults are known that looking for more is
// pointless.
func (d *Document) Full() bool { return d.faults.full() }

// Root returns the mapping that is the document.
func (d *Document) Root() *Node { return &Node{doc: d, value: d.root} }

// Silent returns the same document without faults: decoding it reports none.
func (d *Document) Silent() *Document {
	silent := *d
	silent.faults, silent.bad = &faults{}, map[*yaml.Node]bool{}
	return &silent
}

// merge returns a mapping with the members of both, which are of different
// files. Lists of checks are joined and mappings are merged; any other key that
// both have is a fault. Path is that of the mappings.
func (d *Document) merge(dst, src *yaml.Node, path string) *yaml.Node {
	if dst == nil {
		return src
	}
	all := *dst
	all.Content = append([]*yaml.Node(nil), dst.Content...)
	for i := 0; i+1 < len(src.Content); i += 2 {
		key, value := src.Content[i], src.Content[i+1]
		at := indexOf(&all, key.Value)
		if at < 0 || orderOf(all.Content[at-1].Line) == orderOf(key.Line) {
			all.Content = append(all.Content, key, value)
			continue
		}
		there := all.Content[at]
		switch name := strings.TrimPrefix(path+"."+key.Value, "."); {
		case there.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			all.Content[at] = d.merge(there, value, name)
		case name == "checks" && there.Kind == yaml.SequenceNode && value.Kind == yaml.SequenceNode:
			list := *there
			list.Content = append(append([]*yaml.Node(nil), there.Content...), value.Content...)
			all.Content[at] = &list
		default:
			d.faults.add(key.Line, name+" is given already in "+d.Place(all.Content[at-1].Line).String())
		}
	}
	return &all
}

// indexOf returns the index of the value of a key in the content of a mapping,
// or -1.
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
