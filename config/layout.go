package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A layout is the keys of a struct, those of inlined structs included.
type layout struct {
	keys   []string
	fields map[string]reflect.Type
}

// layout returns that of t, which is looked at once.
func (w *walk) layout(t reflect.Type) layout {
	l, known := w.layouts[t]
	if known {
		return l
	}
	l.fields = map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		if name := yamlName(f); f.IsExported() && name != "" {
			l.keys = append(l.keys, name)
			l.fields[name] = f.Type
		}
	}
	w.layouts[t] = l
	return l
}

// yamlName returns the key of a field, empty for an inlined one.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

func (w *walk) unknownKey(key *yaml.Node, known []string, s spot) {
	w.unknown[s.path] = true
	w.fault(key, s, "unknown key %s, %s", showKey(key.Value), hint(key.Value, known))
}

// hint says what may have been meant.
func hint(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "want one of " + strings.Join(known, ", ")
}

// plainKey reports whether name looks like a key: 1 to 64 letters, digits and
// _ . -
func plainKey(name string) bool {
	const long = 64
	if name == "" || len(name) > long {
		return false
	}
	for _, c := range []byte(name) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-') {
			return false
		}
	}
	return true
}

// showKey quotes a key if it looks like one, so that a secret in the wrong
// place is not shown.
func showKey(name string) string {
	if !plainKey(name) {
		return "that is no word"
	}
	return strconv.Quote(name)
}

// nearest returns the known key that name is a misspelling of, if one is near.
func nearest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := edits(name, k); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	return best
}

// edits counts the insertions, deletions and replacements from a to b; when
// their lengths say that these are many, it returns a large number instead.
func edits(a, b string) int {
	if len(a) > len(b)+3 || len(b) > len(a)+3 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
