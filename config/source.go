package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

//go:embed default.yml
var defaultFile []byte

// defaultName stands for the embedded file in errors.
const defaultName = "default.yml (built in)"

// Default returns the file that is used when none is given.
func Default() []byte { return slices.Clone(defaultFile) }

// maxFile is the size of the largest file, in bytes.
const maxFile = 1 << 20

// A source is one file.
type source struct {
	name string
	data []byte
}

// sources reads the file, the directory or the glob of that name; an empty one
// is the embedded default.
func sources(pattern string) ([]source, error) {
	if pattern == "" {
		return []source{{defaultName, defaultFile}}, nil
	}
	names, err := expandPattern(pattern)
	if err != nil {
		return nil, err
	}
	all := make([]source, 0, len(names))
	var errs []error
	for _, name := range names {
		data, err := readFile(name)
		errs = append(errs, err)
		all = append(all, source{name, data})
	}
	return all, errors.Join(errs...)
}

// expandPattern lists the files meant, sorted. In a directory and behind a glob
// they end in .yml or .yaml and do not begin with a dot.
func expandPattern(pattern string) ([]string, error) {
	info, err := os.Stat(pattern)
	switch {
	case err == nil && !info.IsDir():
		return []string{pattern}, nil
	case err == nil:
		return matching(filepath.Join(pattern, "*"))
	case strings.ContainsAny(pattern, "*?["):
		return matching(pattern)
	}
	return nil, err
}

func matching(glob string) ([]string, error) {
	names, err := filepath.Glob(glob)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", glob, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		base, extension := filepath.Base(name), filepath.Ext(name)
		if strings.HasPrefix(base, ".") || extension != ".yml" && extension != ".yaml" {
			return true
		}
		info, err := os.Stat(name)
		return err == nil && info.IsDir()
	})
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: matches no file that ends in .yml or .yaml", glob)
	}
	return names, nil
}

// readFile reads a regular file of at most 1 MiB, in UTF-8.
func readFile(name string) ([]byte, error) {
	// Without O_NONBLOCK the opening of a FIFO waits for its writer.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is not a regular file", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: larger than 1 MiB", name)
	}
	return data, nil
}

// parse returns the one document of a source, which is a mapping; nil for a
// file that holds nothing.
func (s source) parse(order int) (*yaml.Node, error) {
	at := place{file: s.name, order: order}
	if line := badUTF8(s.data); line > 0 {
		at.line = line
		return nil, fault{at, "is not UTF-8"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(s.data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, s.syntaxFault(at, err)
	}
	if err := decoder.Decode(&second); err == nil {
		at.line = second.Line
		return nil, fault{at, "a second document begins, want one document in a file"}
	} else if !errors.Is(err, io.EOF) {
		return nil, s.syntaxFault(at, err)
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		at.line = root.Line
		return nil, fault{at, "the file is " + kindOf(root) + ", want a mapping with checks:"}
	}
	return root, nil
}

// badUTF8 returns the first line that is not UTF-8 or holds a NUL, as UTF-16
// does, or 0. A byte order mark of UTF-8 is fine.
func badUTF8(data []byte) int {
	line := 1
	for l := range bytes.Lines(data) {
		if !utf8.Valid(l) || bytes.IndexByte(l, 0) >= 0 {
			return line
		}
		line++
	}
	return 0
}

var (
	yamlLine      = regexp.MustCompile(`^yaml: (?:unmarshal errors:\s*)?(?:line (\d+): )?`)
	unknownAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
	quotedText    = regexp.MustCompile("[`'\"].*[`'\"]")
)

// syntaxFault words an error of the parser. What it quotes of the file may be a
// secret: an unquoted password that begins with * is an alias to it.
func (s source) syntaxFault(at place, err error) error {
	text := err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	if m := unknownAnchor.FindStringSubmatch(text); m != nil {
		at.line = lineOf(s.data, "*"+m[1])
		text = "an alias names an anchor that does not exist (a text that begins with * is put in quotes)"
	}
	return fault{at, "is not YAML: " + quotedText.ReplaceAllString(text, "…")}
}

// lineOf returns the line in which text first occurs, 0 if nowhere.
func lineOf(data []byte, text string) int {
	i := bytes.Index(data, []byte(text))
	if i < 0 {
		return 0
	}
	return 1 + bytes.Count(data[:i], []byte("\n"))
}
