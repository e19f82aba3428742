package document

import (
	"encoding"
	"reflect"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// An Unmarshaler is a mapping with rules of its own. UnmarshalNode usually calls
// Fields.
type Unmarshaler interface{ UnmarshalNode(n *Node) }

// A kind says how a value is decoded.
type kind int

const (
	ofFields  kind = iota // a mapping of the keys of a struct
	ofNames               // a mapping of any names to values of one type
	ofItems               // a list
	ofMembers             // Members
	ofText                // a string
	ofScalar              // any other single value
)

// A shape is how a Go type is written in the document. Shapes are made once for
// each type and document: reflection would be most of the time otherwise.
type shape struct {
	kind    kind
	of      reflect.Type
	own     bool // a pointer to it is an Unmarshaler
	textual bool // a pointer to it is an encoding.TextUnmarshaler
	elem    *shape
	keys    []string
	fields  map[string]field
}

type field struct {
	index  []int
	shape  *shape
	off    string // tag off:"0s": the value that switches the setting off
	absent bool   // tag null:"absent": null means that it is not given
}

var (
	typeDuration = reflect.TypeFor[time.Duration]()
	typeSize     = reflect.TypeFor[checks.Size]()
	typeSecret   = reflect.TypeFor[checks.Secret]()
	typeMembers  = reflect.TypeFor[Members]()
)

// shape returns that of t, or of the type that t points to.
func (d *Document) shape(t reflect.Type) *shape {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, known := d.shapes[t]; known {
		return s
	}
	pointer := reflect.PointerTo(t)
	s := &shape{
		of: t, kind: ofScalar,
		own:     pointer.Implements(reflect.TypeFor[Unmarshaler]()),
		textual: pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()),
	}
	switch {
	case s.textual:
	case t == typeMembers:
		s.kind = ofMembers
	case t.Kind() == reflect.Struct:
		s.kind = ofFields
		d.addFields(s)
	case t.Kind() == reflect.Map:
		s.kind, s.elem = ofNames, d.shape(t.Elem())
	case t.Kind() == reflect.Slice:
		s.kind, s.elem = ofItems, d.shape(t.Elem())
	case t.Kind() == reflect.String:
		s.kind = ofText
	}
	d.shapes[t] = s
	return s
}

// addFields adds the keys of a struct, those of inlined structs included.
func (d *Document) addFields(s *shape) {
	s.fields = map[string]field{}
	for _, f := range reflect.VisibleFields(s.of) {
		if name := KeyOf(f); f.IsExported() && name != "" {
			s.keys = append(s.keys, name)
			s.fields[name] = field{f.Index, d.shape(f.Type), f.Tag.Get("off"), f.Tag.Get("null") == "absent"}
		}
	}
}

// KeyOf returns the YAML key of a field, or "" for an inlined struct.
func KeyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// wanted says what a value of the shape looks like.
func (s *shape) wanted() string {
	switch {
	case s.kind == ofFields:
		return "a mapping of " + strings.Join(s.keys, ", ")
	case s.kind == ofNames, s.kind == ofMembers:
		return "a mapping of names to values"
	case s.kind == ofItems:
		return "a list"
	case s.kind == ofText:
		return "a text"
	case s.of == typeDuration:
		return "a duration such as 500ms, 27s or 24h"
	case s.of == typeSize:
		return "a size such as 512, 64KiB or 10MiB"
	case s.of.Kind() == reflect.Bool:
		return "true or false"
	case s.of.Kind() == reflect.Float64:
		return "a number"
	}
	return "a whole number"
}
