package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// decode fills in the texts and decodes all but the checks into the structs.
func (l *loading) decode() {
	l.vault = newVault(scrub.Rules{})
	for _, ofRules := range []bool{true, false} {
		for _, t := range l.texts {
			if strings.HasPrefix(t.path, "environment.scrub.") == ofRules {
				l.fillIn(t)
			}
		}
		rules := member(member(l.root, "environment"), "scrub")
		l.vault = l.vault.with(scrub.Rules{Names: list(member(rules, "names")), Allow: list(member(rules, "allow"))})
	}
	for _, t := range l.texts {
		l.vault.text(t, l.paths[t.node])
	}
	rest := *l.root
	if at := indexOf(&rest, "checks"); at >= 0 {
		rest.Content = append(append([]*yaml.Node(nil), rest.Content[:at-1]...), rest.Content[at+1:]...)
	}
	l.decodeNode(&rest, &l.file, "")
}

// decodeNode decodes what the walk has held against its struct, so that it
// fails only where a fault is known already.
func (l *loading) decodeNode(n *yaml.Node, into any, path string) {
	if err := n.Decode(into); err != nil && !l.faulty[checkOf(path)] {
		l.fault(path, "does not decode: %s", quotedText().ReplaceAllString(strings.ReplaceAll(err.Error(), "\n", " "), "…"))
	}
}

// fillIn expands a text in its node, which is a string from then on.
func (l *loading) fillIn(t text) {
	e := &expander{lookup: environmentVariable, sensitive: l.vault.rules.Name, secret: l.vault.add, file: func(path string) {
		l.readableByAll(path, t.at, t.about)
	}}
	value, err := e.expand(t.node.Value)
	if err != nil {
		l.faulty[checkOf(t.path)] = true
		l.faulty[partOf(t.path)] = true
		l.unset[t.path] = true
		for line := range strings.SplitSeq(err.Error(), "\n") {
			l.faults.add(t.at, "%s: %s", t.about, line)
		}
	}
	t.node.Value, t.node.Tag, t.node.Style = value, "!!str", yaml.DoubleQuotedStyle
}

// list returns the texts of a list whose form is known to be right.
func list(n *yaml.Node) []string {
	var texts []string
	if n != nil {
		_ = n.Decode(&texts)
	}
	return texts
}
