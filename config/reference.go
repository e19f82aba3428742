package config

import (
	_ "embed" // of types.txt and schema.json
	"slices"
	"strings"
)

//go:generate go run ./internal/reference

//go:embed types.txt
var reference string

//go:embed schema.json
var schema []byte

// Schema returns a JSON Schema (draft 7) of the file, with descriptions and
// defaults, for editors. It refuses less than Load: ranges of durations, for
// example, are beyond it. It is written by go generate.
func Schema() []byte { return slices.Clone(schema) }

// Reference returns what there is to know of all check types, as plain text of
// at most 80 columns: for each type what it does, an example and its keys. It
// is written by go generate from the comments of the types.
func Reference() string { return reference }

// ReferenceOf returns that of one type. It has none of a type that does not exist.
func ReferenceOf(typeName string) (text string, found bool) {
	const mark = "== "
	_, rest, found := strings.Cut("\n"+reference, "\n"+mark+typeName+"\n")
	if !found || !slices.Contains(TypeNames(), typeName) {
		return "", false
	}
	text, _, _ = strings.Cut(rest, "\n"+mark)
	return mark + typeName + "\n" + strings.TrimRight(text, "\n") + "\n", true
}
