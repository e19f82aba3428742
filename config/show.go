package config

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// written reads the files again, which hold, and returns their tree as it stands
// there: without comments, which may say anything, with the mask in place of
// secrets, and with nothing filled in.
func (c *Config) written() *yaml.Node {
	l := newLoading()
	for i, s := range c.sources {
		l.read(s, i)
	}
	quoted := map[*yaml.Node]bool{} // texts that look like something else
	for _, t := range l.texts {
		if t.node.Tag != "!!str" {
			quoted[t.node] = true
		}
	}
	done := map[*yaml.Node]*yaml.Node{}
	var of func(n *yaml.Node) *yaml.Node
	of = func(n *yaml.Node) *yaml.Node {
		if before := done[n]; before != nil {
			return before
		}
		c := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style}
		switch {
		case l.secrets[n]:
			c.Value, c.Tag, c.Style = scrub.Mask, "!!str", yaml.DoubleQuotedStyle
		case quoted[n]:
			c.Tag, c.Style = "!!str", yaml.DoubleQuotedStyle
		case n.Kind != yaml.ScalarNode:
			c.Content = make([]*yaml.Node, 0, len(n.Content))
			done[n] = c
		}
		for _, child := range n.Content {
			c.Content = append(c.Content, of(child))
		}
		return c
	}
	return of(withoutAnchors(l.root))
}

// withoutAnchors drops the keys beginning with x- from the top: what they hold
// is shown where it is used.
func withoutAnchors(root *yaml.Node) *yaml.Node {
	c := *root
	c.Content = nil
	for i := 0; i+1 < len(root.Content); i += 2 {
		if !strings.HasPrefix(root.Content[i].Value, "x-") {
			c.Content = append(c.Content, root.Content[i], root.Content[i+1])
		}
	}
	return &c
}

// YAML returns the files as one, as they were written, without comments and
// secrets. scrub, which must know the literal secrets, cleans every single
// value; its first argument is the value's key.
func (c *Config) YAML(clean func(key, value string) string) ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(cleaned(c.written(), "", clean)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// JSON returns the same as JSON, not scrubbed but for the fields that are
// secrets: /environment scrubs it as it does every section.
//
// It is made once, when it is first asked for.
func (c *Config) JSON() json.RawMessage { return c.json() }

func (c *Config) makeJSON() json.RawMessage {
	data, err := toJSON(c.written())
	if err != nil {
		return json.RawMessage(`{"error": "the file has no form in JSON"}`)
	}
	return data
}

// cleaned copies a tree with every value cleaned. What stands below a key whose
// value would be masked whatever it is, is masked as a whole.
func cleaned(n *yaml.Node, key string, clean func(key, value string) string) *yaml.Node {
	c := *n
	c.Content = nil
	if n.Kind != yaml.ScalarNode && key != "" && clean(key, "") == scrub.Mask {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: scrub.Mask, Style: yaml.DoubleQuotedStyle}
	}
	if n.Kind == yaml.ScalarNode && !isNull(n) {
		value := clean(key, n.Value)
		// A number is masked as a whole or not at all.
		if value == scrub.Mask || value != n.Value && n.ShortTag() == "!!str" {
			c.Value, c.Tag, c.Style = value, "!!str", yaml.DoubleQuotedStyle
		}
	}
	for i, child := range n.Content {
		switch {
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
