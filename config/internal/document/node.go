package document

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Node is one setting of a document, whether it is given or not.
type Node struct {
	doc      *Document
	up       *Node      // the mapping or list around it; nil for the root
	key      *yaml.Node // nil for the root and for items of lists
	value    *yaml.Node // nil if it is not given
	title    string     // begins messages about it, such as `check "redis": `
	numbered string     // begins messages about an item of a list without a title
	secret   bool       // its type is checks.Secret
}

// Given reports whether the setting is in the document.
func (n *Node) Given() bool { return n.value != nil }

// Bad reports whether decoding found a fault in the node or below it.
func (n *Node) Bad() bool { return n.doc.bad[n.value] }

// Key returns the last key on the way to the node, or "".
func (n *Node) Key() string {
	for ; n != nil; n = n.up {
		if n.key != nil {
			return n.key.Value
		}
	}
	return ""
}

// Secret reports whether the text being decoded is a secret by its type.
func (n *Node) Secret() bool { return n.secret }

// Path reports whether the text is under a key that ends in _file: the path of a
// file.
func (n *Node) Path() bool { return n.key != nil && strings.HasSuffix(n.key.Value, "_file") }

// Written returns a scalar as it is written in the file, without its quotes, and
// "" for anything else.
func (n *Node) Written() string {
	if n.value == nil {
		return ""
	}
	return n.value.Value
}

// SetTitle replaces the way to the node in messages. A title that ends in ": "
// is followed by a key or the message, any other by a dot or a colon.
func (n *Node) SetTitle(title string) { n.title = title }

// SetNumbered gives an item of a list a title such as "check number 3: ", counted
// in its file.
func (n *Node) SetNumbered(what string) { n.numbered = what }

// Name returns the way to the node as messages name it, such as
// `check "redis": redis.password`.
func (n *Node) Name() string {
	switch {
	case n.title != "" || n.up == nil:
		return n.title
	case n.numbered != "":
		return fmt.Sprintf("%s number %d: ", n.numbered, n.number())
	}
	name := n.up.Name()
	if n.key == nil {
		return name // The items of a list go by the name of the list.
	}
	key := n.key.Value
	if !plainKey(key) {
		key = "…"
	}
	if name == "" || strings.HasSuffix(name, ": ") {
		return name + key
	}
	return name + "." + key
}

// Get returns the member of a mapping with that key. If there is none, it is a
// node that is not given.
func (n *Node) Get(key string) *Node {
	member := &Node{doc: n.doc, up: n}
	if i := indexOf(n.value, key); i >= 0 {
		member.key, member.value = n.value.Content[i-1], n.value.Content[i]
	}
	return member
}

// Find follows a path of keys and indexes joined by dots and returns the last
// node on the way that is given. Keys may have dots themselves and are found in
// any case, as names of headers are.
func (n *Node) Find(path string) *Node {
	if items := n.Items(); items != nil {
		index, rest, _ := strings.Cut(path, ".")
		if i, err := strconv.Atoi(index); err == nil && 0 <= i && i < len(items) {
			return items[i].Find(rest)
		}
		return n
	}
	for i, key := range n.Keys() {
		if len(path) >= len(key) && strings.EqualFold(path[:len(key)], key) && (len(path) == len(key) || path[len(key)] == '.') {
			member := &Node{doc: n.doc, up: n, key: n.value.Content[2*i], value: n.value.Content[2*i+1]}
			return member.Find(strings.TrimPrefix(path[len(key):], "."))
		}
	}
	return n
}

// Keys returns the keys of a mapping.
func (n *Node) Keys() []string {
	if n.value == nil || n.value.Kind != yaml.MappingNode {
		return nil
	}
	keys := make([]string, 0, len(n.value.Content)/2)
	for i := 0; i < len(n.value.Content); i += 2 {
		keys = append(keys, n.value.Content[i].Value)
	}
	return keys
}

// Items returns the elements of a list, none for anything else.
func (n *Node) Items() []*Node {
	if n.value == nil || n.value.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]*Node, len(n.value.Content))
	for i, item := range n.value.Content {
		items[i] = &Node{doc: n.doc, up: n, value: item}
	}
	return items
}

// number returns the position of an item of a list, from 1, among the items of
// the same file.
func (n *Node) number() int {
	number := 0
	for _, item := range n.up.value.Content {
		if orderOf(item.Line) == orderOf(n.value.Line) {
			number++
		}
		if item == n.value {
			break
		}
	}
	return number
}

// Line returns the line of the node's key, or of its value if it has none. For a
// setting that is not given it is the line of the nearest node around it.
func (n *Node) Line() int {
	for ; n != nil; n = n.up {
		if n.key != nil {
			return n.key.Line
		}
		if n.value != nil && n.up != nil {
			return n.value.Line
		}
	}
	return everywhere
}

// Place returns where the node stands.
func (n *Node) Place() Place { return n.doc.Place(n.Line()) }

// Fault reports a fault of the node, at its key.
func (n *Node) Fault(format string, a ...any) { n.FaultAt(n, format, a...) }

// FaultAt reports a fault of the node at the key of another node.
func (n *Node) FaultAt(at *Node, format string, a ...any) {
	n.doc.Fault(at.Line(), "%s"+format, append([]any{n.begin()}, a...)...)
}

// Refuse reports a fault of the node's value that decoding found.
func (n *Node) Refuse(format string, a ...any) { n.refuse(n.value, format, a...) }

// refuse reports a fault that decoding found at a node of the tree: n counts as
// bad from then on, and so does all around it.
func (n *Node) refuse(at *yaml.Node, format string, a ...any) {
	for p := n; p != nil; p = p.up {
		n.doc.bad[p.value] = true
	}
	n.doc.Fault(at.Line, "%s"+format, append([]any{n.begin()}, a...)...)
}

// begin is the beginning of a message.
func (n *Node) begin() string {
	name := n.Name()
	if name == "" || strings.HasSuffix(name, ": ") {
		return name
	}
	return name + ": "
}
