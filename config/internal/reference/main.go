// Command reference writes the references of the configuration from the comments
// of the structs that the file is decoded into: docs/checks.md,
// docs/configuration.md, config/schema.json, and config/types.txt for `config
// types`. It also writes the keys of the file to scrub/vocabulary.txt.
//
// It is run by go generate in the folder config.
package main

import (
	"os"
	"path/filepath"
)

func main() {
	if err := run("."); err != nil {
		panic(err) // Only main of the program itself may end a process otherwise.
	}
}

// run writes the files of the module whose folder config is given.
func run(config string) error {
	files, err := generate(config)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(config, name)), 0o755); err != nil { //nolint:gosec // A folder of sources.
			return err
		}
		if err := os.WriteFile(filepath.Join(config, name), []byte(content), 0o644); err != nil { //nolint:gosec // As above.
			return err
		}
	}
	return nil
}

// generate returns the content of each file by its name below the folder config.
func generate(config string) (map[string]string, error) {
	s, err := read(config)
	if err != nil {
		return nil, err
	}
	types, err := s.types()
	if err != nil {
		return nil, err
	}
	tls, err := s.lookup("checks.TLS")
	if err != nil {
		return nil, err
	}
	sections, err := s.sections()
	if err != nil {
		return nil, err
	}
	schema, err := s.schemaFile()
	if err != nil {
		return nil, err
	}
	words, err := vocabulary(schema)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"schema.json":              schema,
		"types.txt":                typesText(types, tls),
		"../docs/checks.md":        checksPage(types, tls),
		"../docs/configuration.md": configurationPage(sections),
		"../scrub/vocabulary.txt":  words,
	}, nil
}
