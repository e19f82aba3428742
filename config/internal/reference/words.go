package main

import (
	"go/ast"
	"regexp"
	"strings"
)

// kindOf says what is written for a value of a type.
func kindOf(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return kindOf(t.X)
	case *ast.ArrayType:
		if kind := kindOf(t.Elt); kind != "mapping" {
			return "list of " + kind + "s"
		}
		return "list of mappings"
	case *ast.MapType:
		return "mapping of names to " + kindOf(t.Value) + "s"
	}
	kinds := map[string]string{
		".string": "text", ".bool": "true or false", ".int": "whole number", ".float64": "number",
		"time.Duration": "duration", "checks.Size": "size", "checks.Secret": "secret",
		"checks.SecretFile": "path of a secret file", "document.Members": "mapping of names to anything",
	}
	if kind, known := kinds[typeName(t, "")]; known {
		return kind
	}
	return "mapping"
}

var goName = regexp.MustCompile(`(?:[A-Z][A-Za-z]*\.)?\b[A-Z][A-Za-z]*\b`)

// forReaders is the comment of a field on one line, with the names of fields as
// the keys that a reader of YAML knows.
func (s structure) forReaders(field *ast.Field) string {
	keys := map[string]string{}
	for _, f := range s.fields {
		for _, name := range f.Names {
			keys[name.Name] = yamlKey(f)
		}
	}
	doc := strings.Join(strings.Fields(field.Doc.Text()), " ")
	doc = strings.NewReplacer("Nil means", "Not given means", "Nil adds", "Not given adds").Replace(doc)
	first := true
	return goName.ReplaceAllStringFunc(doc, func(word string) string {
		_, name, qualified := strings.Cut(word, ".")
		if !qualified {
			name = word
		}
		key, known := keys[name]
		// TLS, URL and DSN are words too, but for the first one.
		if !known || !first && name == strings.ToUpper(name) {
			first = false
			return word
		}
		first = false
		return "`" + key + "`"
	})
}

// blocks calls text for each paragraph of a comment, on one line, and code for
// each indented block.
func blocks(doc string, text, code func(string)) {
	var lines []string
	flush := func() {
		if len(lines) > 0 {
			text(strings.Join(lines, " "))
		}
		lines = nil
	}
	var example []string
	for line := range strings.SplitSeq(strings.TrimSpace(doc)+"\n\n", "\n") {
		if indented, is := strings.CutPrefix(line, "\t"); is {
			flush()
			example = append(example, indented)
			continue
		}
		if len(example) > 0 {
			code(strings.Join(example, "\n"))
			example = nil
		}
		if line = strings.TrimSpace(line); line == "" {
			flush()
		} else {
			lines = append(lines, line)
		}
	}
}
