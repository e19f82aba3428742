package scrub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"sort"
	"strings"
)

// Tree scrubs any Go value and returns it as JSON. Structs have the fields and
// the order that encoding/json gives them. Maps are sorted by their keys, and
// keys of any type become strings. A cycle, a part nested more than 32 deep,
// and a part without a JSON form, such as a channel, are masked in place; a
// value of more than 100,000 parts is masked as a whole. Tree never panics; v
// must not be changed meanwhile.
func (s *Scrubber) Tree(v any) json.RawMessage {
	return s.JSON(encodeTree(v))
}

// encodeTree returns v as JSON, without scrubbing it.
func encodeTree(v any) (raw []byte) {
	defer func() {
		if recover() != nil {
			raw = []byte(maskJSON)
		}
	}()
	m := measure{path: map[visit]bool{}}
	m.walk(reflect.ValueOf(v), 0)
	switch {
	case m.nodes > maxNodes:
		return []byte(maskJSON)
	case !m.cyclic && !m.deep && !m.bytes:
		if raw, err := marshal(v); err == nil {
			return raw
		}
	}
	e := encoder{path: map[visit]bool{}}
	e.value(reflect.ValueOf(v), 1)
	return e.out
}

// marshal is json.Marshal without the escapes that only HTML needs, and without
// its panics.
func marshal(v any) (raw []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// A visit is a place on the path from the root; meeting it again means a cycle.
type visit struct {
	ptr any // what reflect.Value.UnsafePointer returns
	len int
	typ reflect.Type
}

func visitOf(v reflect.Value) (visit, bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map:
		return visit{v.UnsafePointer(), 0, v.Type()}, !v.IsNil()
	case reflect.Slice:
		return visit{v.UnsafePointer(), v.Len(), v.Type()}, v.Len() > 0
	}
	return visit{}, false
}

// A measure inspects a value before it is encoded: encoding/json would follow a
// cycle 1000 deep, and would never finish a small value that shares its parts.
type measure struct {
	path         map[visit]bool
	nodes        int
	cyclic, deep bool
	bytes        bool // bytes or a URL, which are shown as text
}

func (m *measure) walk(v reflect.Value, depth int) {
	if m.nodes++; m.nodes > maxNodes || !v.IsValid() || m.deep && depth > 2*maxDepth {
		return
	}
	if at, ok := visitOf(v); ok {
		if m.path[at] {
			m.cyclic = true
			return
		}
		m.path[at] = true
		defer delete(m.path, at)
	}
	m.deep = m.deep || depth > 2*maxDepth // pointers and interfaces count here
	for _, child := range m.children(v) {
		m.walk(child, depth+1)
	}
}

// children returns the parts of a value, no more than can be counted.
func (m *measure) children(v reflect.Value) []reflect.Value {
	var parts []reflect.Value
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		parts = append(parts, v.Elem())
	case reflect.Map:
		for it := v.MapRange(); it.Next() && len(parts)+m.nodes <= maxNodes; {
			parts = append(parts, it.Value())
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			m.bytes = m.bytes || v.Type().PkgPath() == "" // no json.RawMessage, net.IP
			return nil
		}
		for i := 0; i < v.Len() && i+m.nodes <= maxNodes; i++ {
			parts = append(parts, v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[url.URL]() {
			m.bytes = true
			return nil
		}
		for i := range v.NumField() {
			parts = append(parts, v.Field(i))
		}
	}
	return parts
}

// An encoder writes values that encoding/json cannot: it masks cycles, parts
// that are too deep, and parts without a JSON form. Structs have their exported
// fields under their JSON names.
type encoder struct {
	out  []byte
	path map[visit]bool
}

func (e *encoder) value(v reflect.Value, depth int) {
	if !v.IsValid() {
		e.out = append(e.out, "null"...)
		return
	}
	if at, ok := visitOf(v); ok {
		if e.path[at] {
			e.out = append(e.out, maskJSON...)
			return
		}
		e.path[at] = true
		defer delete(e.path, at)
	}
	if e.marshaler(v) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		e.value(v.Elem(), depth)
	case reflect.Map, reflect.Slice, reflect.Array, reflect.Struct:
		e.container(v, depth)
	case reflect.Float32, reflect.Float64:
		e.scalar(v, "null") // NaN, Inf
	default:
		e.scalar(v, maskJSON)
	}
}

// marshaler writes values that implement their own encoding.
func (e *encoder) marshaler(v reflect.Value) bool {
	if v.Kind() == reflect.Interface || !v.CanInterface() {
		return false
	}
	switch v := v.Interface().(type) {
	case url.URL:
		e.out = appendString(e.out, validUTF8(v.String()))
		return true
	case json.Marshaler, interface{ MarshalText() ([]byte, error) }:
		e.scalar(reflect.ValueOf(v), maskJSON)
		return true
	}
	return false
}

// scalar writes v as encoding/json does, or else otherwise.
func (e *encoder) scalar(v reflect.Value, otherwise string) {
	if !v.CanInterface() {
		e.out = append(e.out, otherwise...)
		return
	}
	raw, err := marshal(v.Interface())
	if err != nil {
		raw = []byte(otherwise)
	}
	e.out = append(e.out, raw...)
}

func (e *encoder) container(v reflect.Value, depth int) {
	switch k := v.Kind(); {
	case depth > maxDepth:
		e.out = append(e.out, maskJSON...)
	case k == reflect.Struct:
		e.out = append(e.out, '{')
		e.fields(v, depth)
		e.close('}')
	case (k == reflect.Map || k == reflect.Slice) && v.IsNil():
		e.out = append(e.out, "null"...)
	case k == reflect.Map:
		e.mapping(v, depth)
	case k == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		e.out = appendString(e.out, string(v.Bytes())) // as text, or a secret would hide in base64
	default:
		e.out = append(e.out, '[')
		for i := range v.Len() {
			e.value(v.Index(i), depth+1)
			e.out = append(e.out, ',')
		}
		e.close(']')
	}
}

// close ends a list or an object, whose parts all end in a comma.
func (e *encoder) close(bracket byte) {
	if last := len(e.out) - 1; e.out[last] == ',' {
		e.out = e.out[:last]
	}
	e.out = append(e.out, bracket)
}

func (e *encoder) mapping(v reflect.Value, depth int) {
	type entry struct {
		name  string
		value reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		entries = append(entries, entry{keyText(it.Key()), it.Value()})
	}
	sort.SliceStable(entries, func(i, j int) bool { return entries[i].name < entries[j].name })
	e.out = append(e.out, '{')
	for _, entry := range entries {
		e.named(entry.name, entry.value, depth)
	}
	e.close('}')
}

func (e *encoder) named(name string, v reflect.Value, depth int) {
	e.out = append(appendString(e.out, validUTF8(name)), ':')
	e.value(v, depth+1)
	e.out = append(e.out, ',')
}

// keyText converts a map key to a string.
func keyText(key reflect.Value) (text string) {
	defer func() {
		if recover() != nil {
			text = Mask
		}
	}()
	if key.Kind() == reflect.Interface {
		key = key.Elem()
	}
	if key.IsValid() && key.CanInterface() {
		if m, ok := key.Interface().(interface{ MarshalText() ([]byte, error) }); ok {
			if text, err := m.MarshalText(); err == nil {
				return string(text)
			}
		}
	}
	return fmt.Sprint(key)
}

// fields writes the exported fields of a struct, including those of embedded
// structs.
func (e *encoder) fields(v reflect.Value, depth int) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		value := v.Field(i)
		if field.Anonymous && name == "" {
			if value.Kind() == reflect.Pointer && !value.IsNil() {
				value = value.Elem()
			}
			if value.Kind() == reflect.Struct {
				e.fields(value, depth)
				continue
			}
		}
		if !field.IsExported() || name == "-" && options == "" ||
			strings.Contains(options, "omit") && value.IsZero() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		e.named(name, value, depth)
	}
}
