package document

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Changes returns the paths of the keys, joined by dots, whose values differ
// between two mappings as they are written, in the order of after and then of
// before. A list that differs anywhere is one change. Keys of skip are left out.
func Changes(before, after *Node, skip ...string) []string {
	return changes(nil, "", before.value, after.value, skip)
}

func changes(found []string, path string, before, after *yaml.Node, skip []string) []string {
	for _, n := range []*yaml.Node{after, before} {
		for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			at := key
			if path != "" {
				at = path + "." + key
			}
			a, b := valueOf(before, key), valueOf(after, key)
			switch {
			case slices.Contains(skip, key) || n == before && b != nil:
			case a != nil && b != nil && a.Kind == yaml.MappingNode && b.Kind == yaml.MappingNode:
				found = changes(found, at, a, b, nil)
			case !same(a, b):
				found = append(found, at)
			}
		}
	}
	return found
}

func valueOf(n *yaml.Node, key string) *yaml.Node {
	if i := indexOf(n, key); i >= 0 {
		return n.Content[i]
	}
	return nil
}

// same reports whether two values are written alike, apart from their style.
func same(a, b *yaml.Node) bool {
	if a == nil || b == nil || a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind == yaml.MappingNode {
		return len(changes(nil, "", a, b, nil)) == 0
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
