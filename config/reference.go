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
// defaults, for editors. It refuses less than Load; it cannot express the range of
// a duration, for example. Go generate writes it.
func Schema() []byte { return slices.Clone(schema) }

// ReferenceOf returns the reference of a check type as plain text of at most 80
// columns: what the type does, an example, and its keys. It reports false if there
// is no such type. Go generate writes the texts from the comments of the types.
func ReferenceOf(typeName string) (text string, found bool) {
	const mark = "== "
	_, rest, found := strings.Cut("\n"+reference, "\n"+mark+typeName+"\n")
	if !found || !slices.Contains(TypeNames(), typeName) {
		return "", false
	}
	text, _, _ = strings.Cut(rest, "\n"+mark)
	return mark + typeName + "\n" + strings.TrimRight(text, "\n") + "\n", true
}
