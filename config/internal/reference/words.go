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
		return "mapping of " + kindOf(t.Value) + "s"
	}
	kinds := map[string]string{
		".string": "string", ".bool": "boolean", ".int": "integer", ".float64": "number",
		"time.Duration": "duration", "checks.Size": "size", "checks.Secret": "secret",
		"checks.SecretFile": "path", "checks.TLS": "TLS settings", "document.Members": "mapping of any values",
	}
	if kind, known := kinds[typeName(t, "")]; known {
		return kind
	}
	return "mapping"
}

// key describes a field for readers of YAML.
func (s structure) key(field *ast.Field) key {
	k := key{name: yamlKey(field), kind: kindOf(field.Type), pattern: tag(field, "pattern")}
	doc := s.forReaders(field)
	if m := standard.FindStringSubmatchIndex(doc); m != nil {
		k.standard = strings.TrimPrefix(doc[m[2]:m[3]], "that ")
		doc = strings.TrimSpace(doc[:m[0]] + " " + doc[m[1]:])
	}
	doc, k.required = strings.CutSuffix(doc, "Required.")
	if k.standard == "" && !k.required && k.kind == "boolean" {
		k.standard = "false"
	}
	k.doc = meaning(k.name, strings.TrimSpace(doc))
	return k
}

// standard finds the sentence of a comment that has the default.
var standard = regexp.MustCompile(`(?:^| )(?:Default|(?:Empty|Zero|None|Not given) means) ((?:[^.]|\.[^ ])+)\.(?: |$)`)

// meaning turns "`key` is the name of x" into "The name of x": the key stands in
// a column of its own.
func meaning(name, doc string) string {
	rest, found := strings.CutPrefix(doc, "`"+name+"` ")
	verb, object, _ := strings.Cut(rest, " ")
	switch {
	case !found || verb == "and":
		return doc
	case verb == "of" || verb == "settings" || strings.HasPrefix(verb, "settings"):
		return capital(strings.ReplaceAll(name, "_", " ")) + " " + rest
	case verb != "is" && verb != "are":
		return capital(rest)
	case beginsSentence.MatchString(object):
		return capital(object)
	}
	return object // It begins with a value, such as udp or host:port.
}

// beginsSentence matches the beginning of a comment that is a sentence, not a value.
var beginsSentence = regexp.MustCompile(`^(?:an?|the|how|what|where|whether|which|our|further|sent|served|written|in|its|true|added|masked|selections)\b`)

func capital(s string) string {
	if s == "tls" {
		return "TLS"
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

var goName = regexp.MustCompile(`(?:[A-Z][A-Za-z]*\.)?\b[A-Z][A-Za-z]*\b`)

// forReaders returns the comment of a field on one line, with the names of fields
// as the keys that a reader of YAML knows.
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
		// TLS, URL and DSN are words too, unless they come first.
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
