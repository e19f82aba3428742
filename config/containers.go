package config

import (
	"reflect"

	"go.yaml.in/yaml/v3"
)

// pairs calls f for each member of a mapping whose key is a word that the
// mapping has once.
func (w *walk) pairs(n *yaml.Node, s spot, f func(key, value *yaml.Node)) {
	here := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			w.fault(key, s, "a key is %s, want a word", kindOf(key))
		case isNull(key) && key.Value == "":
			w.fault(key, s, "a key is empty, want a word")
		case key.Tag == mergeTag && mergeable(value):
			w.fault(key, s, "<< is given twice, want a list: <<: [*one, *other]")
		case key.Tag == mergeTag:
			w.fault(key, s, "<< is %s, want an alias of a mapping", kindOf(value))
		case here[key.Value]:
			w.fault(key, s, "%s is given twice", showKey(key.Value))
		default:
			here[key.Value] = true
			f(key, value)
		}
	}
}

// place notes where a setting stands. Outside of checks one setting cannot
// stand in two files.
func (w *walk) place(path string, at place, value *yaml.Node) {
	before, twice := w.places[path]
	if twice && before.order != at.order {
		if value.Kind != yaml.MappingNode && path != "checks" {
			w.faults.add(at, "%s is given already in %s", path, before)
		}
		return
	}
	w.places[path] = at
}

// table holds a mapping of names to values of one type.
func (w *walk) table(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		w.refuse(n, s, "is %s, want a mapping of names to values", kindOf(n))
		return
	}
	w.pairs(n, s, func(key, value *yaml.Node) {
		next := s.member(key.Value)
		w.place(next.path, w.at(key), value)
		w.element(value, t, next)
	})
}

func (w *walk) list(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		w.refuse(n, s, "is %s, want a list", kindOf(n))
		return
	}
	base := 0
	if t == typeCheck {
		base = w.base
	}
	for i, item := range n.Content {
		next := s.item(base + i)
		w.places[next.path] = w.at(item)
		w.element(item, t, next)
	}
}

// element holds what a list or table has against its type. Nothing is no
// element: the decoder would drop it without a word.
func (w *walk) element(n *yaml.Node, t reflect.Type, s spot) {
	if !isNull(n) || t == typeNode || t == typeCheck {
		w.value(n, t, s)
		return
	}
	want := "a mapping"
	if t.Kind() != reflect.Struct {
		want = wanted(t) + ` (an empty one is written "")`
	}
	w.fault(n, s, "is empty, want %s", want)
}

// free walks what may be anything: a custom section. Below its name there are
// no places, only keys that are given once and texts.
func (w *walk) free(n *yaml.Node, s spot) {
	switch {
	case n.Kind == yaml.MappingNode && s.free == 0:
		s.free++
		w.table(n, typeNode, s)
	case n.Kind == yaml.MappingNode:
		w.pairs(n, s, func(key, value *yaml.Node) {
			below := s
			below.key = key.Value
			w.value(value, typeNode, below)
		})
	case n.Kind == yaml.SequenceNode:
		s.free++
		for _, item := range n.Content {
			w.value(item, typeNode, s)
		}
	case n.ShortTag() == "!!str":
		w.text(n, s, false)
	}
}
