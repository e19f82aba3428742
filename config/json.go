package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"

	"go.yaml.in/yaml/v3"
)

// toJSON writes a tree as JSON in its own order.
func toJSON(n *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	budget := maxNodes
	if err := writeJSON(&b, n, &budget, 0); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeJSON(b *bytes.Buffer, n *yaml.Node, budget *int, depth int) error {
	*budget--
	if *budget < 0 || depth > maxDepth {
		return errors.New("is too large or nested too deep")
	}
	switch n.Kind {
	case yaml.MappingNode:
		return writeObject(b, n, budget, depth)
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, item, budget, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	return writeScalar(b, n)
}

func writeObject(b *bytes.Buffer, n *yaml.Node, budget *int, depth int) error {
	b.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(n.Content[i].Value)
		if err != nil {
			return err
		}
		b.Write(key)
		b.WriteByte(':')
		if err := writeJSON(b, n.Content[i+1], budget, depth+1); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// writeScalar writes numbers and truth values as such, all else as a text: so
// 0123 stays what it is, and 1.10 too.
func writeScalar(b *bytes.Buffer, n *yaml.Node) error {
	var v any = n.Value
	switch n.ShortTag() {
	case "!!null":
		v = nil
	case "!!bool":
		v = strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		switch {
		case json.Valid([]byte(n.Value)):
			v = json.Number(n.Value)
		case ambiguous().MatchString(n.Value):
		default:
			v = number(n)
		}
	}
	data, err := json.Marshal(v)
	b.Write(data)
	return err
}

// number is the value of what JSON writes otherwise, such as 0x1F or .5; what
// it has no number for stays a text.
func number(n *yaml.Node) any {
	var v any
	if err := n.Decode(&v); err != nil {
		return n.Value
	}
	if f, is := v.(float64); is && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil
	}
	return v
}
