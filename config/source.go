package config

import (
	_ "embed" // of default.yml
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

//go:embed default.yml
var defaultFile []byte

// defaultName stands for the embedded file in errors.
const defaultName = "default.yml (built in)"

// Default returns the file that is used when none is given.
func Default() []byte { return slices.Clone(defaultFile) }

// maxFile is the size of the largest file, in bytes.
const maxFile = 1 << 20

// A source is one file, or why it cannot be read.
type source struct {
	name string
	data []byte
	err  error
}

// sources reads the file, the directory or the glob of that name; an empty one
// is the embedded default.
func sources(pattern string) ([]source, error) {
	if pattern == "" {
		return []source{{name: defaultName, data: defaultFile}}, nil
	}
	names, err := expandPattern(pattern)
	if err != nil {
		return nil, err
	}
	all := make([]source, len(names))
	for i, name := range names {
		all[i].name = name
		all[i].data, all[i].err = readFile(name)
	}
	return all, nil
}

// expandPattern lists the files meant, sorted. In a directory and behind a glob
// they end in .yml or .yaml and do not begin with a dot.
func expandPattern(pattern string) ([]string, error) {
	info, err := os.Stat(pattern)
	switch {
	case err == nil && !info.IsDir():
		return []string{pattern}, nil
	case err == nil:
		return inDirectory(pattern)
	case strings.ContainsAny(pattern, "*?["):
		return behindGlob(pattern)
	}
	return nil, fmt.Errorf("%s: %w", pattern, withoutPath(err))
}

func behindGlob(pattern string) ([]string, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: is not a glob: %w", pattern, err)
	}
	return usable(pattern, names)
}

func inDirectory(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, withoutPath(err))
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = filepath.Join(dir, entry.Name())
	}
	return usable(dir, names)
}

// usable drops what is not meant. A link that leads nowhere is kept, for the
// reading to tell.
func usable(pattern string, names []string) ([]string, error) {
	names = slices.DeleteFunc(names, func(name string) bool {
		base, extension := filepath.Base(name), filepath.Ext(name)
		if strings.HasPrefix(base, ".") || extension != ".yml" && extension != ".yaml" {
			return true
		}
		info, err := os.Stat(name)
		return err == nil && info.IsDir()
	})
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: matches no file that ends in .yml or .yaml", pattern)
	}
	return names, nil
}

// readFile reads a regular file of at most 1 MiB. The error does not name it.
func readFile(name string) ([]byte, error) {
	// Without O_NONBLOCK the opening of a FIFO waits for its writer.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if len(data) > maxFile {
		return nil, errors.New("is larger than 1 MiB")
	}
	return data, nil
}

// withoutPath is what a PathError says of its path.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
