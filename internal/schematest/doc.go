// Package schematest validates values against a JSON Schema in tests. It knows
// the keywords that this project's schemas use. Any other keyword is an error,
// because the tests would not check it.
//
//	s := schematest.New(root)
//	err := s.Valid(object, value)
//
// Values and schemas are decoded JSON: map[string]any, []any, string, float64,
// bool and nil. FromYAML makes them from YAML.
package schematest
