package schematest

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// A Schema is a document with references between its parts.
type Schema struct {
	root map[string]any
}

// New returns the schema of a decoded document.
func New(root map[string]any) Schema { return Schema{root} }

// Root returns the whole document.
func (s Schema) Root() map[string]any { return s.root }

// Resolve returns the part of the document that a reference such as
// "#/definitions/check" names; nil if there is none.
func (s Schema) Resolve(ref string) map[string]any {
	part := s.root
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		part = object(part[name])
	}
	return part
}

// Valid returns an error that says where value breaks schema, or nil. The error
// begins with path, the place of value within the whole.
func (s Schema) Valid(schema map[string]any, value any, path string) error {
	if schema == nil {
		return fmt.Errorf("%s: no schema", path)
	}
	for keyword, want := range schema {
		if err := s.keyword(schema, keyword, want, value, path); err != nil {
			return err
		}
	}
	return nil
}

func (s Schema) keyword(schema map[string]any, keyword string, want, value any, path string) error {
	fault := fmt.Errorf("%s: %s", path, keyword)
	switch keyword {
	case "$schema", "title", "description", "default", "example", "definitions", "patternProperties":
		return nil
	case "$ref":
		return s.Valid(s.Resolve(want.(string)), value, path)
	case "type":
		types, several := want.([]any)
		if !several {
			types = []any{want}
		}
		for _, t := range types {
			if isType(value, t.(string)) {
				return nil
			}
		}
		return fault
	case "enum":
		for _, one := range want.([]any) {
			if reflect.DeepEqual(one, value) {
				return nil
			}
		}
		return fault
	case "pattern":
		if text, is := value.(string); is && !regexp.MustCompile(want.(string)).MatchString(text) {
			return fault
		}
	case "minimum":
		if n, is := value.(float64); is && n < want.(float64) {
			return fault
		}
	case "maximum":
		if n, is := value.(float64); is && n > want.(float64) {
			return fault
		}
	case "not":
		if s.Valid(object(want), value, path) == nil {
			return fault
		}
	case "anyOf", "oneOf", "allOf":
		good := 0
		for _, one := range want.([]any) {
			if s.Valid(object(one), value, path) == nil {
				good++
			}
		}
		if good == 0 || keyword == "oneOf" && good != 1 || keyword == "allOf" && good != len(want.([]any)) {
			return fault
		}
	case "items":
		items, _ := value.([]any)
		for i, item := range items {
			if err := s.Valid(object(want), item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case "minProperties":
		if members, is := value.(map[string]any); is && float64(len(members)) < want.(float64) {
			return fault
		}
	case "required":
		for _, key := range want.([]any) {
			if members, is := value.(map[string]any); is && members[key.(string)] == nil {
				return fmt.Errorf("%w %s", fault, key)
			}
		}
	case "properties", "additionalProperties":
		members, _ := value.(map[string]any)
		properties := object(schema["properties"])
		for key, member := range members {
			known, is := properties[key]
			switch {
			case keyword == "properties" && is:
				if err := s.Valid(object(known), member, path+"."+key); err != nil {
					return err
				}
			case keyword == "additionalProperties" && !is && matches(schema["patternProperties"], key):
			case keyword == "additionalProperties" && !is && want == false:
				return fmt.Errorf("%s: unknown key %s", path, key)
			case keyword == "additionalProperties" && !is:
				if err := s.Valid(object(want), member, path+"."+key); err != nil {
					return err
				}
			}
		}
	default:
		return fmt.Errorf("%w: the validator does not know this keyword", fault)
	}
	return nil
}

func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

func matches(patterns any, key string) bool {
	for pattern := range object(patterns) {
		if regexp.MustCompile(pattern).MatchString(key) {
			return true
		}
	}
	return false
}

func isType(value any, name string) bool {
	switch v := value.(type) {
	case map[string]any:
		return name == "object"
	case []any:
		return name == "array"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && v == float64(int64(v))
	}
	return false
}
