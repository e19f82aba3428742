package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/schematest"
)

func schema(t *testing.T) schematest.Schema {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(config.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	return schematest.New(root)
}

// asEditor validates a file as an editor does.
func asEditor(s schematest.Schema, content []byte) error {
	tree, err := schematest.FromYAML(content)
	if err != nil {
		return err
	}
	return s.Valid(s.Root(), tree, "")
}

func TestGoodFilesKeepTheSchema(t *testing.T) {
	s := schema(t)
	names, err := filepath.Glob("testdata/*.good.yml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range append(names, "default.yml") {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := asEditor(s, bytes.ReplaceAll(content, []byte("@DIR@"), []byte("/dir"))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, example := range examplesIn(t, "../checks/*/*.go") {
		content := "checks:\n  - " + strings.ReplaceAll(example, "\n", "\n    ") + "\n"
		if err := asEditor(s, []byte(content)); err != nil {
			t.Errorf("example %s: %v", name, err)
		}
	}
}

// An editor shows the description of the key under the cursor.
func TestEveryKeyOfTheSchemaHasADescription(t *testing.T) {
	var walk func(where string, node any)
	walk = func(where string, node any) {
		inner, is := node.(map[string]any)
		if !is {
			return
		}
		properties, _ := inner["properties"].(map[string]any)
		for key, value := range properties {
			property, _ := value.(map[string]any)
			if text, _ := property["description"].(string); len(text) < 8 {
				t.Errorf("%s.%s: description %q", where, key, text)
			}
		}
		for key, value := range inner {
			walk(where+"/"+key, value)
		}
	}
	walk("", schema(t).Root())
}

// The golden file lists the bad files that a schema cannot refuse: faults of
// files, names and hosts, and of settings that contradict each other.
func TestSchemaRefusesWhatASchemaCan(t *testing.T) {
	s := schema(t)
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
		if asEditor(s, bytes.ReplaceAll(content, []byte("@DIR@"), []byte("/dir"))) == nil {
			fmt.Fprintln(&passed, strings.TrimSuffix(filepath.Base(name), ".bad.yml"))
		} else {
			refused++
		}
	}
	t.Logf("the schema refuses %d of %d bad files", refused, len(names))
	compare(t, "testdata/beyond_the_schema.txt", passed.String())
}

func TestSchemaTakesVariablesBesideChoices(t *testing.T) {
	s := schema(t)
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
		if err := asEditor(s, []byte(content)); (err == nil) != good {
			t.Errorf("%s: %v, want valid: %v", content, err, good)
		}
	}
}
