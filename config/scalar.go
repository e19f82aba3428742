package config

import (
	"encoding"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// scalar holds a single value against a type.
func (w *walk) scalar(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return // As if it were not there.
	}
	if n.Kind != yaml.ScalarNode {
		w.refuse(n, s, "is %s, want %s", kindOf(n), wanted(t))
		return
	}
	if t.Kind() == reflect.String {
		w.text(n, s, t == typeSecret)
		return
	}
	if !fits(n, t) {
		found := quote(n.Value)
		if n.Anchor != "" {
			found = "what the anchor names" // It may be a secret elsewhere.
		}
		w.refuse(n, s, "%s is not %s", found, wanted(t))
		return
	}
	if t == typeDuration {
		n.Tag = "!!str" // The decoder refuses a bare 0.
	}
}

// ambiguous numbers are octal to some, decimal to others.
var ambiguous = pattern(`^[-+]?0[0-9_]`)

// fits reports whether a scalar can be a value of t, which is no string.
func fits(n *yaml.Node, t reflect.Type) bool {
	tag := n.ShortTag()
	switch {
	case t == typeDuration:
		_, err := time.ParseDuration(n.Value)
		return err == nil && (tag == "!!str" || n.Value == "0")
	case reflect.PointerTo(t).Implements(typeText):
		u, _ := reflect.New(t).Interface().(encoding.TextUnmarshaler)
		return u.UnmarshalText([]byte(n.Value)) == nil
	case t.Kind() == reflect.Bool:
		return tag == "!!bool"
	case t.Kind() == reflect.Float64:
		v, err := strconv.ParseFloat(n.Value, 64)
		return (tag == "!!float" || tag == "!!int") && err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	v, err := strconv.ParseInt(n.Value, 0, 64)
	return tag == "!!int" && err == nil && !ambiguous().MatchString(n.Value) && !reflect.Zero(t).OverflowInt(v)
}

// wanted says what a value of t looks like.
func wanted(t reflect.Type) string {
	switch {
	case t == typeDuration:
		return "a duration such as 500ms or 27s"
	case t == reflect.TypeFor[checks.Size]():
		return "a size such as 512, 64KiB or 10MiB"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.String:
		return "a text"
	}
	return "a whole number"
}

// kindOf names what a node is without quoting it.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "empty"
	}
	return "a single value"
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// quote quotes a value of a known key that is no secret.
func quote(value string) string {
	const limit = 40
	if len(value) > limit {
		value = strings.ToValidUTF8(value[:limit], "") + "…"
	}
	return strconv.Quote(value)
}
