package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

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
