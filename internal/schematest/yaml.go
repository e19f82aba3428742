package schematest

import "go.yaml.in/yaml/v3"

// FromYAML decodes YAML into the types of JSON.
func FromYAML(content []byte) (any, error) {
	var tree any
	err := yaml.Unmarshal(content, &tree)
	return asJSON(tree), err
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
