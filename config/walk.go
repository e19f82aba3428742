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
	paths   map[*yaml.Node]bool
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
	typeNode       = reflect.TypeFor[yaml.Node]()
	typeDuration   = reflect.TypeFor[time.Duration]()
	typeSecret     = reflect.TypeFor[checks.Secret]()
	typeSecretFile = reflect.TypeFor[checks.SecretFile]()
	typeCheck      = reflect.TypeFor[check]()
	typeText       = reflect.TypeFor[encoding.TextUnmarshaler]()
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
	next.file = strings.HasSuffix(name, "_file")
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

// text notes a scalar that will be a string.
func (w *walk) text(n *yaml.Node, s spot, secret bool) {
	if secret {
		w.secrets[n] = true
	}
	if !s.file {
		delete(w.paths, n) // An alias of it is something else.
	}
	if !w.seen[n] {
		w.seen[n] = true
		if s.file {
			w.paths[n] = true
		}
		w.texts = append(w.texts, text{n, s.path, s.key, s.about, w.at(n), secret})
	}
}
