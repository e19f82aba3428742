package document

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Decode decodes a node into the value that into points to: strictly, and as far
// as it can despite faults. What is not given or faulty keeps its value.
func (n *Node) Decode(into any) {
	if n.Given() {
		v := reflect.ValueOf(into).Elem()
		n.decode(v, n.doc.shape(v.Type()))
	}
}

// Fields decodes a mapping into the struct that into points to, for an
// UnmarshalNode. It reports whether the node is a mapping of known keys.
func (n *Node) Fields(into any) bool {
	v := reflect.ValueOf(into).Elem()
	return n.fields(v, n.doc.shape(v.Type()))
}

func (n *Node) decode(v reflect.Value, s *shape) {
	if n.doc.Full() {
		return
	}
	if n.value.Style&yaml.TaggedStyle != 0 && n.value.Tag != "!!str" && !n.isBinary(s) {
		n.refuse(n.value, "has a tag, want no tag or !!str (a text that begins with ! is put in quotes)")
		return
	}
	if v.Kind() == reflect.Pointer {
		to := reflect.New(v.Type().Elem())
		n.decode(to.Elem(), s)
		if s.kind != ofScalar || !n.Bad() {
			v.Set(to)
		}
		return
	}
	if s.own {
		v.Addr().Interface().(Unmarshaler).UnmarshalNode(n) //nolint:errcheck // The shape says so.
		return
	}
	switch s.kind {
	case ofFields:
		n.fields(v, s)
	case ofNames:
		n.names(v, s)
	case ofItems:
		n.items(v, s)
	case ofMembers:
		n.members(v, s)
	default:
		n.scalar(v, s)
	}
}

// fields decodes a mapping into a struct. It reports whether n is a mapping of
// known keys.
func (n *Node) fields(v reflect.Value, s *shape) bool {
	if n.value.Kind != yaml.MappingNode {
		n.refuse(n.value, "is %s, want %s", kindOf(n.value), s.wanted())
		return false
	}
	allKnown := true
	n.pairs(func(key, value *yaml.Node) {
		f, known := s.fields[key.Value]
		switch member := (&Node{doc: n.doc, up: n, key: key, value: value}); {
		case !known:
			allKnown = false
			n.refuse(key, "unknown key %s, %s", showKey(key.Value), hint(key.Value, s.keys))
		case isNull(value):
			member.null(f)
		default:
			member.decode(v.FieldByIndex(f.index), f.shape)
		}
	})
	return allKnown
}

// null reports that a key has nothing behind it, which could mean its default as
// well as off.
func (n *Node) null(f field) {
	n.doc.bad[n.value] = true
	key := n.key.Value
	switch {
	case f.absent:
	case f.shape.kind == ofFields:
		n.up.refuse(n.key, "%s has nothing under it, write %q for its defaults", key, key+": {}")
	case f.shape.kind == ofItems:
		n.up.refuse(n.key, "%s has nothing under it, write %q for none", key, key+": []")
	case f.shape.kind == ofNames, f.shape.kind == ofMembers:
		n.up.refuse(n.key, "%s has nothing under it, write %q for none", key, key+": {}")
	case f.off != "":
		n.refuse(n.key, "has no value, want %s (off), or leave the key out", f.off)
	case f.shape.kind == ofText:
		n.refuse(n.key, "has no value, want %s, or leave the key out", f.shape.wanted()+emptyText)
	default:
		n.refuse(n.key, "has no value, want %s, or leave the key out", f.shape.wanted())
	}
}

const emptyText = ` (an empty one is written "")`

// pairs calls f for each member of a mapping whose key is a word that the
// mapping has once.
func (n *Node) pairs(f func(key, value *yaml.Node)) {
	content := n.value.Content
	given := keySet{content: content}
	for i := 0; i+1 < len(content) && !n.doc.Full(); i += 2 {
		key, value := content[i], content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			n.refuse(key, "a key is %s, want a word", kindOf(key))
		case key.Value == "" && isNull(key):
			n.refuse(key, "a key is empty, want a word")
		case key.Tag == mergeTag && mergeable(value):
			n.refuse(key, "<< is given twice, want a list: <<: [*one, *other]")
		case key.Tag == mergeTag:
			n.refuse(key, "<< is %s, want an alias of a mapping", kindOf(value))
		case given.before(i):
			n.refuse(key, "key %s is given twice", showKey(key.Value))
		default:
			f(key, value)
		}
	}
}

// A keySet knows whether a key of a mapping was given before. A map for each
// mapping would be a third of the time of decoding.
type keySet struct {
	content []*yaml.Node
	seen    map[string]bool
}

// before is called with the index of each key, in ascending order.
func (k *keySet) before(at int) bool {
	const few = 40
	name := k.content[at].Value
	if len(k.content) > few {
		if k.seen == nil {
			k.seen = map[string]bool{}
		}
		before := k.seen[name]
		k.seen[name] = true
		return before
	}
	for i := 0; i < at; i += 2 {
		if k.content[i].Kind == yaml.ScalarNode && k.content[i].Value == name {
			return true
		}
	}
	return false
}

// names decodes a mapping of names into a map.
func (n *Node) names(v reflect.Value, s *shape) {
	if n.value.Kind != yaml.MappingNode {
		n.refuse(n.value, "is %s, want %s", kindOf(n.value), s.wanted())
		return
	}
	made := reflect.MakeMapWithSize(v.Type(), len(n.value.Content)/2)
	n.pairs(func(key, value *yaml.Node) {
		member := &Node{doc: n.doc, up: n, key: key, value: value}
		element := reflect.New(v.Type().Elem()).Elem()
		member.element(element, s.elem)
		made.SetMapIndex(reflect.ValueOf(key.Value), element)
	})
	v.Set(made)
}

// items decodes a list into a slice of the same length.
func (n *Node) items(v reflect.Value, s *shape) {
	if n.value.Kind != yaml.SequenceNode {
		n.refuse(n.value, "is %s, want %s", kindOf(n.value), s.wanted())
		return
	}
	made := reflect.MakeSlice(v.Type(), len(n.value.Content), len(n.value.Content))
	for i, item := range n.value.Content {
		if n.doc.Full() {
			made = made.Slice(0, i)
			break
		}
		(&Node{doc: n.doc, up: n, value: item}).element(made.Index(i), s.elem)
	}
	v.Set(made)
}

// element decodes an element of a list or a mapping of names.
func (n *Node) element(v reflect.Value, s *shape) {
	if !isNull(n.value) || s.own {
		n.decode(v, s)
		return
	}
	want := s.wanted()
	switch s.kind {
	case ofText:
		want += emptyText
	case ofFields:
		want = "a mapping"
	}
	n.refuse(n.value, "is empty, want %s", want)
}

// kindOf names what a node is without quoting it.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "empty"
	}
	return "a single value"
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// text returns the value of a string.
func (n *Node) text() string {
	if n.doc.Text == nil {
		return n.value.Value
	}
	value, err := n.doc.Text(n)
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			n.refuse(n.value, "%s", line)
		}
	}
	return value
}
