package config

import (
	_ "embed" // of types.txt
	"slices"
	"strings"
)

//go:generate go run ./internal/reference

//go:embed types.txt
var reference string

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
