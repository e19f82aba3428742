package document

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Members are a mapping of names to any values, in the order of the document.
type Members []Member

// A Member is one of Members, its value as JSON.
type Member struct {
	Node  *Node
	Name  string
	Value json.RawMessage
}

// members decodes a mapping of names to any values.
func (n *Node) members(v reflect.Value, s *shape) {
	if n.value.Kind != yaml.MappingNode {
		n.refuse(n.value, "is %s, want %s", kindOf(n.value), s.wanted())
		return
	}
	made := Members{}
	n.pairs(func(key, value *yaml.Node) {
		member := &Node{doc: n.doc, up: n, key: key, value: value}
		var b bytes.Buffer
		member.writeJSON(&b, member.Name())
		made = append(made, Member{member, key.Value, b.Bytes()})
	})
	v.Set(reflect.ValueOf(made))
}

// writeJSON writes a tree as JSON in its own order. Faults in it are reported
// under the title.
func (n *Node) writeJSON(b *bytes.Buffer, title string) {
	child := func(key, value *yaml.Node) *Node {
		return &Node{doc: n.doc, up: n, key: key, value: value, title: title}
	}
	if n.value.Style&yaml.TaggedStyle != 0 && n.value.Tag != "!!str" {
		n.refuse(n.value, "has a tag, want no tag or !!str (a text that begins with ! is put in quotes)")
		return
	}
	switch n.value.Kind {
	case yaml.MappingNode:
		comma := ""
		b.WriteByte('{')
		n.pairs(func(key, value *yaml.Node) {
			b.WriteString(comma)
			comma = ","
			b.Write(marshal(key.Value))
			b.WriteByte(':')
			child(key, value).writeJSON(b, title)
		})
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range n.value.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			child(nil, item).writeJSON(b, title)
		}
		b.WriteByte(']')
	default:
		b.Write(marshal(n.jsonScalar()))
	}
}

// jsonScalar returns numbers and truth values as such and anything else as a
// text, so that 0123 and 1.10 stay as they are.
func (n *Node) jsonScalar() any {
	written := n.value.Value
	switch n.value.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(written, "true")
	case "!!str":
		return n.text()
	case "!!int", "!!float":
		switch {
		case json.Valid([]byte(written)):
			return json.Number(written)
		case !ambiguous().MatchString(written):
			return number(n.value)
		}
	}
	return written
}

// number returns the value of a number that JSON writes otherwise, such as 0x1F
// or .5. Infinities become null; what has no number stays a text.
func number(n *yaml.Node) any {
	var v any
	if err := n.Decode(&v); err != nil {
		return n.Value
	}
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil
	}
	return v
}

// marshal encodes a scalar. Anything that JSON cannot hold is null.
func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return data
}
