package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// A validator knows as much of JSON Schema as ours uses.
type validator struct {
	root map[string]any
}

func newValidator(t *testing.T) validator {
	t.Helper()
	var v validator
	if err := json.Unmarshal(config.Schema(), &v.root); err != nil {
		t.Fatal(err)
	}
	return v
}

// valid returns an error that says where value breaks schema, or nil.
func (v validator) valid(schema map[string]any, value any, path string) error {
	for keyword, want := range schema {
		if err := v.keyword(schema, keyword, want, value, path); err != nil {
			return err
		}
	}
	return nil
}

func (v validator) keyword(schema map[string]any, keyword string, want, value any, path string) error {
	fault := fmt.Errorf("%s: %s", path, keyword)
	switch keyword {
	case "$schema", "title", "description", "default", "definitions", "patternProperties":
		return nil
	case "$ref":
		return v.valid(object(object(v.root["definitions"])[strings.TrimPrefix(want.(string), "#/definitions/")]), value, path)
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
		if v.valid(object(want), value, path) == nil {
			return fault
		}
	case "anyOf", "oneOf", "allOf":
		good := 0
		for _, one := range want.([]any) {
			if v.valid(object(one), value, path) == nil {
				good++
			}
		}
		if good == 0 || keyword == "oneOf" && good != 1 || keyword == "allOf" && good != len(want.([]any)) {
			return fault
		}
	case "items":
		items, _ := value.([]any)
		for i, item := range items {
			if err := v.valid(object(want), item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
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
				if err := v.valid(object(known), member, path+"."+key); err != nil {
					return err
				}
			case keyword == "additionalProperties" && !is && matches(schema["patternProperties"], key):
			case keyword == "additionalProperties" && !is && want == false:
				return fmt.Errorf("%s: unknown key %s", path, key)
			case keyword == "additionalProperties" && !is:
				if err := v.valid(object(want), member, path+"."+key); err != nil {
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

// check validates a file as an editor does.
func (v validator) check(content []byte) error {
	var tree any
	if err := yaml.Unmarshal(content, &tree); err != nil {
		return err
	}
	return v.valid(v.root, asJSON(tree), "")
}

// asJSON turns whole numbers into those of JSON.
func asJSON(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			value[key] = asJSON(member)
		}
	case []any:
		for i, item := range value {
			value[i] = asJSON(item)
		}
	case int:
		return float64(value)
	}
	return value
}

func TestGoodFilesKeepTheSchema(t *testing.T) {
	v := newValidator(t)
	names, err := filepath.Glob("testdata/*.good.yml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range append(names, "default.yml") {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.check(bytes.ReplaceAll(content, []byte("@DIR@"), []byte("/dir"))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, example := range examplesIn(t, "../checks/*/*.go") {
		content := "checks:\n  - " + strings.ReplaceAll(example, "\n", "\n    ") + "\n"
		if err := v.check([]byte(content)); err != nil {
			t.Errorf("example %s: %v", name, err)
		}
	}
}

// The golden file lists the bad files that a schema cannot refuse: faults of
// files, names and hosts, and of settings that contradict each other.
func TestSchemaRefusesWhatASchemaCan(t *testing.T) {
	v := newValidator(t)
	names, err := filepath.Glob("testdata/*.bad.yml")
	if err != nil {
		t.Fatal(err)
	}
	var passed strings.Builder
	refused := 0
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if v.check(bytes.ReplaceAll(content, []byte("@DIR@"), []byte("/dir"))) == nil {
			fmt.Fprintln(&passed, strings.TrimSuffix(filepath.Base(name), ".bad.yml"))
		} else {
			refused++
		}
	}
	t.Logf("the schema refuses %d of %d bad files", refused, len(names))
	compare(t, "testdata/beyond_the_schema.txt", passed.String())
}

func TestSchemaTakesVariablesBesideChoices(t *testing.T) {
	v := newValidator(t)
	for content, good := range map[string]bool{
		"healthcheck: {format: json}":                                             true,
		"healthcheck: {format: '${FORMAT:-json}'}":                                true,
		"healthcheck: {format: xml}":                                              false,
		"checks: [{name: a, memory: {}, timeout: '${T}'}]":                        false, // Durations are not expanded.
		"checks: [{name: '${NAME}', memory: {}, severity: '${S}'}]":               true,
		"checks: [{name: a, redis: {address: h, password: a, password_file: b}}]": false,
		"checks: [{name: a, memory: {}, timeout: 0.5s}]":                          true,
		"x-anchors: {a: 1}":                                                       true,
		"y-anchors: {a: 1}":                                                       false,
	} {
		if err := v.check([]byte(content)); (err == nil) != good {
			t.Errorf("%s: %v, want valid: %v", content, err, good)
		}
	}
}
