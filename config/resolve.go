package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	mergeTag = "!!merge"

	// maxNodes bounds how much is looked at, what an alias names counted each time.
	maxNodes = 200_000
	// maxDepth bounds nesting, by way of aliases too.
	maxDepth = 50
	// maxKeys bounds one mapping: the decoder compares each key with each.
	maxKeys = 1000
)

// A resolver replaces every alias by what it names and every << by the keys that
// it brings along. A mapping or list with several aliases then has several
// parents, so a bomb stays as small as it is written; how large it would become
// is known without blowing it up.
type resolver struct {
	busy   map[*yaml.Node]bool // what has an anchor: nothing else can be met inside of itself
	done   map[*yaml.Node]extent
	merged int // keys looked at for <<
}

// An extent is how large a tree is, every alias blown up; nodes end at maxNodes.
type extent struct{ nodes, height int }

// An unresolved node makes the whole file useless.
type unresolved struct {
	line int
	text string
}

func (u unresolved) Error() string { return fmt.Sprintf("line %d: %s", u.line, u.text) }

// resolve changes the tree below root, a mapping, in place.
func resolve(root *yaml.Node) error {
	r := &resolver{busy: map[*yaml.Node]bool{}, done: map[*yaml.Node]extent{}}
	if _, err := r.node(root, 0); err != nil {
		return err
	}
	nodes := 1
	for i := 0; i+1 < len(root.Content); i += 2 {
		if !strings.HasPrefix(root.Content[i].Value, "x-") {
			nodes += r.extent(root.Content[i+1]).nodes
		}
		if nodes > maxNodes {
			return unresolved{root.Content[i].Line, fmt.Sprintf("has more than %d nodes, what an alias names counted each time", maxNodes)}
		}
	}
	return nil
}

// node returns what stands for n.
func (r *resolver) node(n *yaml.Node, depth int) (*yaml.Node, error) {
	at := n.Line
	if n.Kind == yaml.AliasNode {
		n = n.Alias
		if n.Kind == yaml.ScalarNode {
			c := *n // Its uses may be of different types.
			return &c, nil
		}
	}
	size, done := r.done[n]
	switch {
	case n.Kind == yaml.ScalarNode:
		return n, nil
	case r.busy[n]:
		return nil, unresolved{at, "an anchor contains an alias of itself"}
	case depth+size.height > maxDepth:
		return nil, unresolved{at, fmt.Sprintf("is nested deeper than %d", maxDepth)}
	case done:
		return n, nil
	case n.Kind == yaml.MappingNode && len(n.Content) > 2*maxKeys:
		return nil, unresolved{at, fmt.Sprintf("a mapping has more than %d keys", maxKeys)}
	}
	if n.Anchor != "" {
		r.busy[n] = true
		defer delete(r.busy, n)
	}
	for i, child := range n.Content {
		c, err := r.node(child, depth+1)
		if err != nil {
			return nil, err
		}
		n.Content[i] = c
	}
	if n.Kind == yaml.MappingNode {
		if err := r.merge(n); err != nil {
			return nil, err
		}
	}
	r.done[n] = r.extent(n)
	return n, nil
}

// extent adds up the children of n, which are done.
func (r *resolver) extent(n *yaml.Node) extent {
	if size, done := r.done[n]; done {
		return size
	}
	size := extent{nodes: 1}
	for _, child := range n.Content {
		below := extent{nodes: 1}
		if child.Kind != yaml.ScalarNode {
			below = r.done[child]
		}
		size.nodes = min(size.nodes+below.nodes, maxNodes+1)
		size.height = max(size.height, below.height+1)
	}
	return size
}

// merge puts the keys of the first << in its place. Keys of the mapping itself
// go before those, and earlier mappings of a list before later ones. What is no
// mapping, and a second <<, is left where it is, for the walk to tell.
func (r *resolver) merge(n *yaml.Node) error {
	at := -1
	given := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch {
		case n.Content[i].Tag != mergeTag:
			given[n.Content[i].Value] = true
		case at < 0 && mergeable(n.Content[i+1]):
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	sources := []*yaml.Node{n.Content[at+1]}
	if sources[0].Kind == yaml.SequenceNode {
		sources = sources[0].Content
	}
	content := append([]*yaml.Node(nil), n.Content[:at]...)
	content = append(content, n.Content[at+2:]...)
	for _, source := range sources {
		r.merged += len(source.Content) / 2
		for i := 0; i+1 < len(source.Content); i += 2 {
			if key := source.Content[i]; !given[key.Value] {
				given[key.Value] = true
				content = append(content, key, source.Content[i+1])
			}
		}
	}
	if r.merged > maxNodes || len(content) > 2*maxKeys {
		return unresolved{n.Line, fmt.Sprintf("a mapping has, with what << brings along, more than %d keys", maxKeys)}
	}
	n.Content = content
	return nil
}

// mergeable reports whether n may stand behind <<: a mapping or a list of them.
func mergeable(n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode {
		return n.Kind == yaml.MappingNode
	}
	for _, item := range n.Content {
		if item.Kind != yaml.MappingNode {
			return false
		}
	}
	return true
}
