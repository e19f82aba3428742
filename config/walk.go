package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A walk holds the nodes of one file against the structs that they will be
// decoded into. It finds all faults of form, and on the way what the later
// steps need: where settings stand, which nodes are texts, which are secrets.
// The tree is a resolved one: it has no aliases.
type walk struct {
	faults  *faults
	file    string
	order   int
	places  map[string]place // of settings, by path
	texts   []text
	secrets map[*yaml.Node]bool
	seen    map[*yaml.Node]bool // a text that two anchors lead to is filled in once
	faulty  map[string]bool     // checks[2], checks[2].redis; empty: something else
	layouts map[reflect.Type]layout
	types   []string        // TypeNames()
	unknown map[string]bool // paths of mappings that have an unknown key
	base    int             // how many checks earlier files have
}

// A text is a scalar that will be a string.
type text struct {
	node   *yaml.Node
	path   string
	key    string // the last key on its way
	about  string // for messages: check "redis": redis.password
	at     place
	secret bool
}

func (w *walk) at(n *yaml.Node) place { return place{w.file, w.order, n.Line} }

func (w *walk) fault(n *yaml.Node, s spot, format string, a ...any) {
	w.faulty[checkOf(s.path)] = true
	w.faulty[partOf(s.path)] = true
	w.faults.add(w.at(n), "%s", s.says()+fmt.Sprintf(format, a...))
}

// refuse tells a fault of a value, which then counts as not given, so that there
// is no second fault about what it would be.
func (w *walk) refuse(n *yaml.Node, s spot, format string, a ...any) {
	w.fault(n, s, format, a...)
	*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line}
}

var (
	typeNode     = reflect.TypeFor[yaml.Node]()
	typeDuration = reflect.TypeFor[time.Duration]()
	typeSecret   = reflect.TypeFor[checks.Secret]()
	typeCheck    = reflect.TypeFor[check]()
	typeText     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value holds n against t.
func (w *walk) value(n *yaml.Node, t reflect.Type, s spot) {
	if n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!str" {
		w.refuse(n, s, "has a tag, want none but !!str (a text that begins with ! is put in quotes)")
		return
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == typeNode:
		w.free(n, s)
	case t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(typeText):
		w.structure(n, t, s)
	case t.Kind() == reflect.Map:
		w.table(n, t.Elem(), s)
	case t.Kind() == reflect.Slice:
		w.list(n, t.Elem(), s)
	default:
		w.scalar(n, t, s)
	}
}

// structure holds a mapping against the fields of a struct.
func (w *walk) structure(n *yaml.Node, t reflect.Type, s spot) {
	if t == typeCheck {
		s = w.nameCheck(n, s)
	} else if isNull(n) && s.depth > 0 {
		return // As if it were not there.
	}
	keys := w.layout(t).keys
	if n.Kind != yaml.MappingNode {
		w.refuse(n, s, "is %s, want a mapping of %s", kindOf(n), strings.Join(keys, ", "))
		return
	}
	w.pairs(n, s, func(key, value *yaml.Node) { w.field(key, value, t, s) })
	if t == typeCheck {
		w.oneName(n, s)
		w.oneType(n, s)
	}
}

// field holds one member of a mapping against the field of that key.
func (w *walk) field(key, value *yaml.Node, t reflect.Type, s spot) {
	name := key.Value
	if s.depth == 0 && strings.HasPrefix(name, "x-") {
		return
	}
	field, known := w.layout(t).fields[name]
	if !known {
		w.unknownKey(key, w.layout(t).keys, s)
		return
	}
	next := s.member(name)
	w.place(next.path, w.at(key), value)
	switch {
	case isNull(value) && t == typeCheck && slices.Contains(w.types, name):
		w.fault(key, s, "%s has nothing under it, write %q for its defaults", name, name+": {}")
	case isNull(value) && next.path == "checks":
		w.fault(key, spot{}, "checks has nothing under it, write %q for none", "checks: []")
	default:
		w.value(value, field, next)
	}
}

// pairs calls f for each member of a mapping whose key is a word that the
// mapping has once.
func (w *walk) pairs(n *yaml.Node, s spot, f func(key, value *yaml.Node)) {
	here := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			w.fault(key, s, "a key is %s, want a word", kindOf(key))
		case isNull(key) && key.Value == "":
			w.fault(key, s, "a key is empty, want a word")
		case key.Tag == mergeTag && mergeable(value):
			w.fault(key, s, "<< is given twice, want a list: <<: [*one, *other]")
		case key.Tag == mergeTag:
			w.fault(key, s, "<< is %s, want an alias of a mapping", kindOf(value))
		case here[key.Value]:
			w.fault(key, s, "%s is given twice", showKey(key.Value))
		default:
			here[key.Value] = true
			f(key, value)
		}
	}
}

// place notes where a setting stands. Outside of checks one setting cannot
// stand in two files.
func (w *walk) place(path string, at place, value *yaml.Node) {
	before, twice := w.places[path]
	if twice && before.order != at.order {
		if value.Kind != yaml.MappingNode && path != "checks" {
			w.faults.add(at, "%s is given already in %s", path, before)
		}
		return
	}
	w.places[path] = at
}

// table holds a mapping of names to values of one type.
func (w *walk) table(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		w.refuse(n, s, "is %s, want a mapping of names to values", kindOf(n))
		return
	}
	w.pairs(n, s, func(key, value *yaml.Node) {
		next := s.member(key.Value)
		w.place(next.path, w.at(key), value)
		w.element(value, t, next)
	})
}

func (w *walk) list(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		w.refuse(n, s, "is %s, want a list", kindOf(n))
		return
	}
	base := 0
	if t == typeCheck {
		base = w.base
	}
	for i, item := range n.Content {
		next := s.item(base + i)
		w.places[next.path] = w.at(item)
		w.element(item, t, next)
	}
}

// element holds what a list or table has against its type. Nothing is no
// element: the decoder would drop it without a word.
func (w *walk) element(n *yaml.Node, t reflect.Type, s spot) {
	if !isNull(n) || t == typeNode || t == typeCheck {
		w.value(n, t, s)
		return
	}
	want := "a mapping"
	if t.Kind() != reflect.Struct {
		want = wanted(t) + ` (an empty one is written "")`
	}
	w.fault(n, s, "is empty, want %s", want)
}

// free walks what may be anything: a custom section. Below its name there are
// no places, only keys that are given once and texts.
func (w *walk) free(n *yaml.Node, s spot) {
	switch {
	case n.Kind == yaml.MappingNode && s.free == 0:
		s.free++
		w.table(n, typeNode, s)
	case n.Kind == yaml.MappingNode:
		w.pairs(n, s, func(key, value *yaml.Node) {
			below := s
			below.key = key.Value
			w.value(value, typeNode, below)
		})
	case n.Kind == yaml.SequenceNode:
		s.free++
		for _, item := range n.Content {
			w.value(item, typeNode, s)
		}
	case n.ShortTag() == "!!str":
		w.text(n, s, false)
	}
}

// text notes a scalar that will be a string.
func (w *walk) text(n *yaml.Node, s spot, secret bool) {
	if secret {
		w.secrets[n] = true
	}
	if !w.seen[n] {
		w.seen[n] = true
		w.texts = append(w.texts, text{n, s.path, s.key, s.about, w.at(n), secret})
	}
}

// nameCheck makes the check's name begin the messages about it.
func (w *walk) nameCheck(n *yaml.Node, s spot) spot {
	if name := member(n, "name"); name != nil && name.Kind == yaml.ScalarNode && checks.ValidName(name.Value) {
		s.about = "check \"" + name.Value + "\": "
		return s
	}
	var i int
	fmt.Sscanf(s.path, "checks[%d]", &i) //nolint:errcheck // It is the path of a check.
	s.about = fmt.Sprintf("check number %d: ", i-w.base+1)
	return s
}

// oneName sees to it that a check has a name; whether it is a good one is seen
// when it is filled in.
func (w *walk) oneName(n *yaml.Node, s spot) {
	if name := member(n, "name"); name == nil || isNull(name) || name.Kind == yaml.ScalarNode && name.Value == "" {
		w.fault(n, s, "has no name")
	}
}

// oneType sees to it that a check has one type.
func (w *walk) oneType(n *yaml.Node, s spot) {
	var types []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name := n.Content[i].Value; slices.Contains(w.types, name) && !slices.Contains(types, name) {
			types = append(types, name)
		}
	}
	switch len(types) {
	case 0:
		if w.unknown[s.path] {
			return // That is what was to be the type.
		}
		w.fault(n, s, "has no type, want one of %s", strings.Join(w.types, ", "))
	case 1:
	case 2:
		w.fault(n, s, "has two types, %s and %s", types[0], types[1])
	default:
		w.fault(n, s, "has %d types, %s", len(types), strings.Join(types, ", "))
	}
}
