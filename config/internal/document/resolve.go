package document

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	mergeTag = "!!merge"

	// maxNodes bounds the nodes of a file, those behind an alias counted each time.
	maxNodes = 200_000
	// maxDepth bounds nesting, also through aliases.
	maxDepth = 50
	// maxKeys bounds one mapping.
	maxKeys = 1000

	tooManyKeys = "a mapping has more than 1000 keys"

	// maxItems bounds one list.
	maxItems     = 10_000
	tooManyItems = "a list has more than 10000 items"
)

// A resolver replaces every alias by the node it names and every << by the keys
// that it brings along, and numbers the lines of all files through. A mapping or
// list with several aliases then has several parents, so a bomb stays as small
// as it is written; its full size is known without expanding it.
type resolver struct {
	order  int
	busy   map[*yaml.Node]bool   // nodes with an anchor being resolved: only they can contain themselves
	done   map[*yaml.Node]extent // nodes with an anchor that are resolved
	merged int                   // keys looked at for <<
}

// An extent is the size of a tree, every alias expanded; nodes end at maxNodes.
type extent struct{ nodes, height int }

// resolve changes the tree below root, a mapping, in place and drops its keys
// that begin with x-. A fault makes the whole file useless.
func resolve(root *yaml.Node, order int) *fault {
	r := &resolver{order: order, busy: map[*yaml.Node]bool{}, done: map[*yaml.Node]extent{}}
	if len(root.Content) > 2*maxKeys {
		return &fault{root.Line, tooManyKeys}
	}
	nodes := 1
	for i, child := range root.Content {
		c, size, f := r.node(child, 1)
		if f != nil {
			return f
		}
		root.Content[i] = c
		key := root.Content[i&^1]
		if !strings.HasPrefix(key.Value, "x-") {
			nodes += size.nodes
		}
		if nodes > maxNodes {
			return &fault{key.Line &^ (-1 << lineBits), fmt.Sprintf("has more than %d nodes, counting every use of an alias", maxNodes)}
		}
	}
	f := r.merge(root)
	kept := root.Content[:0:0]
	for i := 0; i+1 < len(root.Content); i += 2 {
		if !strings.HasPrefix(root.Content[i].Value, "x-") {
			kept = append(kept, root.Content[i], root.Content[i+1])
		}
	}
	root.Content, root.Line = kept, lineIn(order, root.Line)
	return f
}

// node returns the node that stands for n, and its extent.
func (r *resolver) node(n *yaml.Node, depth int) (*yaml.Node, extent, *fault) {
	at := n.Line
	if n.Kind == yaml.AliasNode {
		n = n.Alias
		if n.Kind == yaml.ScalarNode {
			c := *n // Its uses may be of different types.
			return &c, extent{nodes: 1}, nil
		}
	}
	size, done := r.done[n]
	switch {
	case n.Kind == yaml.ScalarNode:
		n.Line = lineIn(r.order, n.Line)
		return n, extent{nodes: 1}, nil
	case r.busy[n]:
		return nil, size, &fault{at, "an anchor contains an alias of itself"}
	case depth+size.height > maxDepth:
		return nil, size, &fault{at, fmt.Sprintf("is nested deeper than %d", maxDepth)}
	case done:
		return n, size, nil
	case n.Kind == yaml.MappingNode && len(n.Content) > 2*maxKeys:
		return nil, size, &fault{at, tooManyKeys}
	case len(n.Content) > maxItems:
		return nil, size, &fault{at, tooManyItems}
	}
	if n.Anchor != "" {
		r.busy[n] = true
	}
	size, f := r.content(n, depth)
	if n.Anchor != "" {
		delete(r.busy, n)
		r.done[n] = size
	}
	n.Line = lineIn(r.order, n.Line)
	return n, size, f
}

// content resolves the children of n and returns the extent of n.
func (r *resolver) content(n *yaml.Node, depth int) (extent, *fault) {
	size := extent{nodes: 1}
	for i, child := range n.Content {
		c, below, f := r.node(child, depth+1)
		if f != nil {
			return size, f
		}
		n.Content[i] = c
		size.nodes = min(size.nodes+below.nodes, maxNodes+1)
		size.height = max(size.height, below.height+1)
	}
	if n.Kind == yaml.MappingNode {
		return size, r.merge(n)
	}
	return size, nil
}
