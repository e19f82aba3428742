package main

import (
	"encoding/json"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A schema is a part of a JSON Schema.
type schema map[string]any

// reference is what strings may contain beside what their patterns want: text
// that is expanded when the file is loaded.
const reference = `\$\{`

// schemaFile returns config/schema.json.
func (s source) schemaFile() (string, error) {
	root, err := s.object("config.file")
	if err != nil {
		return "", err
	}
	tls, err := s.object("checks.TLS")
	if err != nil {
		return "", err
	}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "healthcheck_exporter"
	root["patternProperties"] = schema{"^x-": schema{}}
	root["minProperties"] = 1
	root["definitions"] = schema{"tls": tls}
	data, err := json.MarshalIndent(root, "", " ")
	return string(data) + "\n", err
}

// object returns the schema of a struct: its keys and no others.
func (s source) object(name string) (schema, error) {
	found := s[name]
	properties, required := schema{}, []string{}
	o := schema{"type": "object", "additionalProperties": false, "properties": properties}
	var alternatives, twins []schema
	for _, field := range found.fields {
		of := typeName(field.Type, found.pkg)
		if len(field.Names) == 0 {
			inlined, err := s.object(of)
			if err != nil {
				return nil, err
			}
			inner, _ := inlined["properties"].(schema)
			for key, property := range inner {
				if p, is := property.(schema); is && name == "config.view" {
					delete(p, "default") // It is inherited.
				}
				properties[key] = property
			}
			if of == "config.Types" {
				for _, key := range slices.Sorted(maps.Keys(inner)) {
					alternatives = append(alternatives, schema{"required": []string{key}})
				}
			}
			continue
		}
		k := found.key(field)
		if k.name == "" {
			continue
		}
		property, err := s.value(field.Type, found.pkg, k)
		if err != nil {
			return nil, err
		}
		properties[k.name] = property
		if k.required {
			required = append(required, k.name)
		}
		if secret, is := strings.CutSuffix(k.name, "_file"); is && properties[secret] != nil {
			twins = append(twins, schema{"not": schema{"required": []string{secret, k.name}}})
		}
	}
	if len(required) > 0 {
		o["required"] = required
	}
	if len(alternatives) > 0 {
		o["oneOf"] = alternatives
	}
	if len(twins) > 0 {
		o["allOf"] = twins
	}
	return o, nil
}

// value returns the schema of a setting.
func (s source) value(t ast.Expr, pkg string, k key) (schema, error) {
	v, err := s.shape(t, pkg, k)
	if err != nil {
		return nil, err
	}
	if v["$ref"] != nil { // Whatever stands beside a reference is ignored.
		v = schema{"allOf": []schema{v}}
	}
	text := strings.ReplaceAll(k.doc, "`", "")
	if text == "" { // A check type describes itself.
		first, _, _ := strings.Cut(s[typeName(t, pkg)].doc, "\n\n")
		text = withoutSubject(strings.Join(strings.Fields(first), " "))
	}
	if text != "" {
		v["description"] = text
	}
	if standard, is := literal(k); is {
		v["default"] = standard
	}
	return v, nil
}

// shape returns the schema of a type.
func (s source) shape(t ast.Expr, pkg string, k key) (schema, error) {
	switch t := t.(type) {
	case *ast.StarExpr:
		return s.shape(t.X, pkg, k)
	case *ast.ArrayType:
		items, err := s.shape(t.Elt, pkg, key{pattern: k.pattern})
		return schema{"type": "array", "items": items}, err
	case *ast.MapType:
		values, err := s.shape(t.Value, pkg, key{})
		return schema{"type": "object", "additionalProperties": values}, err
	}
	name := typeName(t, pkg)
	switch {
	case name == "checks.TLS":
		return schema{"$ref": "#/definitions/tls"}, nil
	case len(s[name].fields) > 0:
		return s.object(name)
	case name == "document.Members":
		return schema{"type": "object"}, nil
	}
	return scalar(kindOf(t), k), nil
}

const (
	durationPattern = `^([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))*$`
	sizePattern     = `^[0-9]+(\.[0-9]+)? *([kKMGTP]i?B|B)?$`
)

// scalar returns the schema of a single value.
func scalar(kind string, k key) schema {
	switch kind {
	case "boolean":
		return schema{"type": "boolean"}
	case "integer":
		if m := choices.FindStringSubmatch(k.doc); m != nil {
			var values []int
			for _, word := range words(m[1]) {
				values = append(values, number(word))
			}
			return schema{"enum": values}
		}
		v := schema{"type": "integer"}
		if m := bounds.FindStringSubmatch(k.doc); m != nil {
			v["minimum"], v["maximum"] = number(m[1]), number(m[2])
		}
		return v
	case "number":
		return schema{"type": "number"}
	case "duration":
		return schema{"anyOf": []schema{{"type": "string", "pattern": durationPattern}, {"enum": []int{0}}}}
	case "size":
		return schema{"anyOf": []schema{{"type": "string", "pattern": sizePattern}, {"type": "integer", "minimum": 0}}}
	case "string":
		if m := choices.FindStringSubmatch(k.doc); m != nil {
			return schema{"anyOf": []schema{{"enum": words(m[1])}, {"type": "string", "pattern": reference}}}
		}
		if k.pattern != "" {
			return schema{"anyOf": []schema{{"type": []string{"string", "number", "boolean"}, "pattern": k.pattern}, {"type": "string", "pattern": reference}}}
		}
	}
	return schema{"type": []string{"string", "number", "boolean"}} // A plain 5 is a string too.
}

var (
	// bounds finds the range that ends the meaning of an integer.
	bounds = regexp.MustCompile(`: ([0-9]+) to ([0-9]+)\.`)
	// choices finds the words that end the meaning of a string with few values.
	choices = regexp.MustCompile(`(?:^|: )((?:[A-Za-z0-9+_-]+, )+[A-Za-z0-9+_-]+ or [A-Za-z0-9+_-]+)\.`)
)

// words splits "a, b or c".
func words(list string) []string {
	return strings.Split(strings.Replace(list, " or ", ", ", 1), ", ")
}

// literal returns the default of a key if it is a value and not a description.
func literal(k key) (any, bool) {
	switch k.kind {
	case "boolean":
		return k.standard == "true", k.standard == "true" || k.standard == "false"
	case "integer", "number":
		n, err := strconv.ParseFloat(k.standard, 64)
		return n, err == nil
	case "duration":
		return k.standard, regexp.MustCompile(durationPattern).MatchString(k.standard)
	case "size":
		return k.standard, regexp.MustCompile(sizePattern).MatchString(k.standard)
	case "string":
		word := regexp.MustCompile(`^[A-Za-z0-9/+-]+$`).MatchString(k.standard)
		return k.standard, word && k.standard != "none" && k.standard != "any" && k.standard != "nothing"
	}
	return nil, false
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // It is digits.
	return n
}
