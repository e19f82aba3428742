package config_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A word of the configuration must not vanish from every output because
// somebody's password is that word.
func TestWordsOfTheConfigurationAreNeverLearned(t *testing.T) {
	data, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema any
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	words := keysOf(schema)
	for _, r := range checks.Reasons() {
		words = append(words, string(r))
	}
	if len(words) < 100 {
		t.Fatalf("%d words, want all keys of the schema", len(words))
	}
	for _, w := range words {
		if scrub.CanLearn(w) {
			t.Errorf("%q would be learned as a secret", w)
		}
	}
}

// keysOf returns the names of all properties of a JSON Schema.
func keysOf(schema any) (keys []string) {
	switch v := schema.(type) {
	case map[string]any:
		if properties, ok := v["properties"].(map[string]any); ok {
			for key := range properties {
				keys = append(keys, key)
			}
		}
		for _, member := range v {
			keys = append(keys, keysOf(member)...)
		}
	case []any:
		for _, member := range v {
			keys = append(keys, keysOf(member)...)
		}
	}
	return keys
}
