package config

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// Inputs identify the content of everything that a configuration was read from:
// its files, and the files that ${file:…} and the secrets ending in _file name.
// They hold hashes and no content. Inputs don't change; the zero value is that of
// the built-in default.
type Inputs struct {
	pattern string
	missing error              // no file was found
	sources map[string]content // the files, by their names
	named   map[string]content // the files that they name
}

// A content is that of one file.
type content struct {
	hash [sha256.Size]byte
	err  string // why the file could not be read
}

func contentOf(data []byte, err error) content {
	if err != nil {
		return content{err: strings.TrimPrefix(err.Error(), "local: ")}
	}
	return content{hash: sha256.Sum256(data)}
}

// Read is [Load] that also returns what it has read, even if err is not nil.
func Read(pattern string) (*Config, Inputs, error) { return read(pattern, false) }

// readSources returns the sources that pattern names, and Inputs without files
// that they name.
func readSources(pattern string) ([]document.Source, Inputs) {
	in := Inputs{pattern: pattern, sources: map[string]content{}, named: map[string]content{}}
	if pattern == "" {
		return []document.Source{{Name: defaultName, Data: defaultFile}}, in
	}
	var sources []document.Source
	sources, in.missing = document.Read(pattern)
	for _, s := range sources {
		in.sources[s.Name] = contentOf(s.Data, s.Err)
	}
	return sources, in
}

// Again reads the same files again.
func (in Inputs) Again() Inputs {
	_, now := readSources(in.pattern)
	for file := range in.named {
		now.named[file] = readNamed(file)
	}
	return now
}

func readNamed(file string) content {
	value, err := checktype.ReadSecret(context.Background(), "", checks.SecretFile(file))
	return contentOf([]byte(value), err)
}

// Equal reports whether both are the same content of the same files.
func (in Inputs) Equal(other Inputs) bool {
	return (in.missing == nil) == (other.missing == nil) &&
		maps.Equal(in.sources, other.sources) && maps.Equal(in.named, other.named)
}

// Changed returns the names of the files that differ, sorted.
func (in Inputs) Changed(since Inputs) []string {
	differ := map[string]bool{}
	for _, pair := range [][2]map[string]content{{in.sources, since.sources}, {since.sources, in.sources}, {in.named, since.named}, {since.named, in.named}} {
		for file, now := range pair[0] {
			if before, known := pair[1][file]; !known || before != now {
				differ[file] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(differ))
}

// Unreadable returns why no configuration can be read from the files now, or ""
// if that can be tried: a file of the configuration can't be read, or a file that
// an unchanged configuration names can no longer be read.
func (in Inputs) Unreadable(since Inputs) string {
	if in.missing != nil {
		return in.missing.Error()
	}
	for _, file := range slices.Sorted(maps.Keys(in.sources)) {
		if err := in.sources[file].err; err != "" {
			return file + ": " + err
		}
	}
	if !maps.Equal(in.sources, since.sources) {
		return ""
	}
	for _, file := range slices.Sorted(maps.Keys(in.named)) {
		if err := in.named[file].err; err != "" && since.named[file].err == "" {
			return err
		}
	}
	return ""
}
