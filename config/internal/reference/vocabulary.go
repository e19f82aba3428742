package main

import (
	"encoding/json"
	"slices"
	"strings"
)

// vocabulary returns scrub/vocabulary.txt: the keys of a JSON Schema, sorted.
func vocabulary(schemaFile string) (string, error) {
	var root any
	if err := json.Unmarshal([]byte(schemaFile), &root); err != nil {
		return "", err
	}
	keys := keysOf(root)
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), "\n") + "\n", nil
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
