package document

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// Mask is shown instead of a secret.
const Mask = scrub.Mask

// Shown returns the document as it is written, decoded into a value of the type
// that into points to: without comments, which may say anything, with Mask in
// place of secrets, and with nothing expanded. The sources must be without
// faults.
func Shown(sources []Source, into any) *Node {
	d := Parse(sources)
	texts := map[*yaml.Node]bool{} // secret or not
	d.Text = func(n *Node) (string, error) {
		texts[n.value] = texts[n.value] || n.secret
		return n.value.Value, nil
	}
	d.Root().Decode(into)
	done := map[*yaml.Node]*yaml.Node{}
	var copied func(n *yaml.Node) *yaml.Node
	copied = func(n *yaml.Node) *yaml.Node {
		if before := done[n]; before != nil {
			return before
		}
		c := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style}
		switch secret, text := texts[n]; {
		case secret:
			masked(c)
		case text && n.Tag != "!!str": // It looks like something else.
			c.Tag, c.Style = "!!str", yaml.DoubleQuotedStyle
		}
		done[n] = c
		for _, child := range n.Content {
			c.Content = append(c.Content, copied(child))
		}
		return c
	}
	return &Node{doc: Parse(nil), value: copied(d.root)}
}

func masked(n *yaml.Node) {
	n.Kind, n.Tag, n.Value, n.Style, n.Content = yaml.ScalarNode, "!!str", Mask, yaml.DoubleQuotedStyle, nil
}

// JSON returns the node as JSON.
func (n *Node) JSON() json.RawMessage {
	var b bytes.Buffer
	n.writeJSON(&b, "")
	return b.Bytes()
}

// A Cleaner masks the secrets of what is shown. A *scrub.Scrubber is one.
type Cleaner interface {
	// Value returns what is shown instead of the value of a key.
	Value(key, value string) string
	// Argv returns what is shown instead of a list of words, as many as there were.
	Argv(words []string) []string
}

// YAML returns the node as YAML, with every value and every list cleaned.
func (n *Node) YAML(clean Cleaner) ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err := encoder.Encode(cleaned(n.value, "", clean))
	return b.Bytes(), err
}

// Block returns the node with a line for each key, however it is written. Lists of
// plain values stay as they are.
func (n *Node) Block() *Node {
	if n.value != nil {
		n = &Node{doc: n.doc, value: block(n.value)}
	}
	return n
}

func block(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = nil
	simple := n.Kind == yaml.SequenceNode
	for _, child := range n.Content {
		simple = simple && child.Kind == yaml.ScalarNode
		c.Content = append(c.Content, block(child))
	}
	if !simple && len(n.Content) > 0 {
		c.Style &^= yaml.FlowStyle
	}
	return &c
}

// cleanedWords returns the words of a list of scalars as a command line is shown,
// and nil for any other node.
func cleanedWords(n *yaml.Node, clean Cleaner) []string {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return nil
	}
	var words []string
	for _, child := range n.Content {
		if child.Kind != yaml.ScalarNode || child.ShortTag() != "!!str" {
			return nil
		}
		words = append(words, child.Value)
	}
	return clean.Argv(words)
}

// cleaned copies a tree with every value cleaned. A mapping or list under a key
// whose value would be masked in any case is masked as a whole.
func cleaned(n *yaml.Node, key string, clean Cleaner) *yaml.Node {
	c := *n
	c.Content = nil
	if n.Kind != yaml.ScalarNode && key != "" && clean.Value(key, "") == Mask {
		masked(&c)
		return &c
	}
	if n.Kind == yaml.ScalarNode && !isNull(n) {
		value := clean.Value(key, n.Value)
		// A number is masked as a whole or not at all.
		if value == Mask || value != n.Value && n.ShortTag() == "!!str" {
			c.Value, c.Tag, c.Style = value, "!!str", yaml.DoubleQuotedStyle
		}
	}
	words := cleanedWords(n, clean)
	for i, child := range n.Content {
		switch {
		case words != nil && words[i] != child.Value: // As in --password X.
			shown := *child
			shown.Value, shown.Tag, shown.Style = words[i], "!!str", yaml.DoubleQuotedStyle
			c.Content = append(c.Content, &shown)
		case n.Kind != yaml.MappingNode:
			c.Content = append(c.Content, cleaned(child, key, clean))
		case i%2 == 0:
			c.Content = append(c.Content, child)
		default:
			c.Content = append(c.Content, cleaned(child, n.Content[i-1].Value, clean))
		}
	}
	return &c
}
