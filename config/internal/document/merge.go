package document

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// merge replaces the first << of a mapping by the keys that it brings along.
// Keys of the mapping itself go before those, and earlier mappings of a list
// before later ones. Any other << stays, so that decoding reports a fault.
func (r *resolver) merge(n *yaml.Node) *fault {
	at := -1
	for i := 0; i+1 < len(n.Content) && at < 0; i += 2 {
		if n.Content[i].Tag == mergeTag && mergeable(n.Content[i+1]) {
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
	n.Content = slices.Concat(n.Content[:at], n.Content[at+2:])
	given := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		given[n.Content[i].Value] = true
	}
	for _, source := range sources {
		r.merged += len(source.Content) / 2
		for i := 0; i+1 < len(source.Content); i += 2 {
			if key := source.Content[i]; !given[key.Value] {
				given[key.Value] = true
				n.Content = append(n.Content, key, source.Content[i+1])
			}
		}
	}
	if r.merged > maxNodes || len(n.Content) > 2*maxKeys {
		return &fault{n.Line, fmt.Sprintf("a mapping has more than %d keys, including those that << merges", maxKeys)}
	}
	return nil
}

// mergeable reports whether n may stand behind <<: a mapping or a list of them.
func mergeable(n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode {
		return n.Kind == yaml.MappingNode
	}
	return !slices.ContainsFunc(n.Content, func(item *yaml.Node) bool { return item.Kind != yaml.MappingNode })
}
