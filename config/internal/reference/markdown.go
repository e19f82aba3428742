package main

import (
	"fmt"
	"strings"
)

const generated = "<!-- Written by make docs from the comments of the structs. Do not edit. -->\n\n"

// checksPage is docs/checks.md.
func checksPage(types []described, tls described) string {
	var b strings.Builder
	b.WriteString("# Check types\n\n" + generated)
	b.WriteString("A check has a name, one of these types, and the keys of [every check](configuration.md#a-check).\n\n")
	for _, t := range types {
		fmt.Fprintf(&b, "- [%s](#%s): %s\n", t.name, t.name, firstSentence(t.doc))
	}
	for _, t := range types {
		fmt.Fprintf(&b, "\n## %s\n\n", t.name)
		writeDoc(&b, t.doc)
		writeTable(&b, t.keys)
	}
	b.WriteString("\n## TLS settings\n\nThe key `tls` of every type that has one.\n\n")
	writeTable(&b, tls.keys)
	return b.String()
}

// configurationPage is docs/configuration.md.
func configurationPage(sections []described) string {
	titles := map[string]string{"check": "A check", "file": "The file", "view": "A view"}
	var b strings.Builder
	b.WriteString("# Configuration\n\n" + generated)
	for i, s := range sections {
		if i > 0 {
			title := s.name
			if titles[s.name] != "" {
				title = titles[s.name]
			}
			fmt.Fprintf(&b, "\n## %s\n\n", title)
		}
		writeDoc(&b, s.doc)
		if s.name == "check" {
			b.WriteString("The types are in [checks.md](checks.md).\n\n")
		}
		writeTable(&b, s.keys)
	}
	return b.String()
}

func firstSentence(doc string) string {
	sentence, _, _ := strings.Cut(strings.Join(strings.Fields(doc), " "), ". ")
	return strings.TrimSuffix(sentence, ".")
}

func writeDoc(b *strings.Builder, doc string) {
	blocks(doc,
		func(text string) { b.WriteString(escape(text) + "\n\n") },
		func(code string) { b.WriteString("```yaml\n" + code + "\n```\n\n") },
	)
}

func writeTable(b *strings.Builder, keys []key) {
	b.WriteString("| key | type | default | meaning |\n|---|---|---|---|\n")
	for _, k := range keys {
		kind := k.kind
		if kind == "TLS settings" {
			kind = "[TLS settings](#tls-settings)"
		}
		if k.required {
			kind += ", required"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", k.name, kind, cell(k.standard), cell(k.doc))
	}
}

// cell escapes a text for a cell of a table.
func cell(text string) string { return strings.ReplaceAll(escape(text), "|", `\|`) }

// escape keeps what Markdown would take for its own.
func escape(text string) string {
	return strings.NewReplacer("*", `\*`, "<", "&lt;", "__", `\_\_`).Replace(text)
}
