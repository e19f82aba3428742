package document

import (
	"encoding"
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// scalar decodes a single value.
func (n *Node) scalar(v reflect.Value, s *shape) {
	switch {
	case n.value.Kind != yaml.ScalarNode:
		n.refuse(n.value, "is %s, want %s", kindOf(n.value), s.wanted())
	case s.kind == ofText:
		n.secret = s.of == typeSecret
		if n.isBinary(s) {
			v.SetString(n.binary())
			return
		}
		v.SetString(n.text())
	case !set(v, n.value, s):
		v.SetZero()
		found := quote(n.value.Value)
		switch {
		case n.value.Anchor != "":
			found = "what the anchor names" // It may be a secret elsewhere.
		case s.of == typeDuration && isPlainNumber(n.value.Value):
			n.refuse(n.value, "%s has no unit, want %ss", found, n.value.Value)
			return
		}
		n.refuse(n.value, "%s is not %s", found, s.wanted())
	}
}

// isPlainNumber reports whether a duration only lacks its unit.
func isPlainNumber(text string) bool {
	_, err := time.ParseDuration(text + "s")
	return err == nil && !strings.ContainsAny(text, "hmnuµsd")
}

const binaryTag = "!!binary"

// isBinary reports whether the value of a text is written as base64, for bytes
// that are not text. A secret is not.
func (n *Node) isBinary(s *shape) bool {
	return s.kind == ofText && s.of != typeSecret && n.value.Kind == yaml.ScalarNode && n.value.Tag == binaryTag
}

// binary returns the bytes of base64. Nothing in them is expanded.
func (n *Node) binary() string {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.value.Value), ""))
	if err != nil {
		n.refuse(n.value, "is not base64, which %s stands for", binaryTag)
	}
	return string(data)
}

// ambiguous numbers are octal to some, decimal to others.
var ambiguous = pattern(`^[-+]?0[0-9_]`)

// set sets v to a scalar that is not a string, and reports whether it could.
func set(v reflect.Value, n *yaml.Node, s *shape) bool {
	tag := n.ShortTag()
	switch {
	case s.of == typeDuration:
		d, err := time.ParseDuration(n.Value)
		v.SetInt(int64(d))
		return err == nil && (tag == "!!str" || n.Value == "0")
	case s.textual:
		u, _ := v.Addr().Interface().(encoding.TextUnmarshaler)
		return u.UnmarshalText([]byte(n.Value)) == nil
	case s.of.Kind() == reflect.Bool:
		v.SetBool(strings.EqualFold(n.Value, "true"))
		return tag == "!!bool"
	case s.of.Kind() == reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		v.SetFloat(f)
		return (tag == "!!float" || tag == "!!int") && err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	i, err := strconv.ParseInt(n.Value, 0, 64)
	v.SetInt(i)
	return tag == "!!int" && err == nil && !ambiguous().MatchString(n.Value) && !v.OverflowInt(i)
}

// quote quotes a value of a known key that is not a secret.
func quote(value string) string {
	const limit = 40
	if len(value) > limit {
		value = strings.ToValidUTF8(value[:limit], "") + "…"
	}
	return strconv.Quote(value)
}
