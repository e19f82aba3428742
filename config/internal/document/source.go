package document

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// MaxSize is the size of the largest file, in bytes.
	MaxSize = 1 << 20
	// readTimeout bounds the reading of one file. A file of the kernel, such as
	// /proc/kmsg, and a dead file server would keep us waiting forever.
	readTimeout = 2 * time.Second
)

// A Source is one file, or the reason why it cannot be read.
type Source struct {
	Name string
	Data []byte
	Err  error // does not name the file
}

// Read reads the file, or all files of the directory or glob, of that name. In a
// directory and behind a glob files end in .yml or .yaml and do not begin with a
// dot. A file that cannot be read is a Source with an error; Read itself fails
// if it finds no file.
func Read(pattern string) ([]Source, error) {
	names, err := inTime(func() ([]string, error) { return list(pattern) })
	if errors.Is(err, errTimeout) {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	} else if err != nil {
		return nil, err
	}
	all := make([]Source, len(names))
	for i, name := range names {
		all[i].Name = name
		all[i].Data, all[i].Err = inTime(func() ([]byte, error) { return readFile(name) })
	}
	return all, nil
}

// list returns the names of the files, sorted.
func list(pattern string) ([]string, error) {
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

// behindGlob reads the directories of the pattern itself where filepath.Glob
// would skip an unreadable one.
func behindGlob(pattern string) ([]string, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: is not a glob: %w", pattern, err)
	}
	if dir := filepath.Dir(pattern); !strings.ContainsAny(dir, "*?[") {
		if _, err := os.ReadDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", dir, withoutPath(err))
		}
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

// usable drops other files. A link that leads nowhere stays, so that reading it
// reports a fault.
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

// inTime waits for read for readTimeout. A read that nothing can interrupt goes
// on in its goroutine.
func inTime[T any](read func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := read()
		done <- outcome{value, err}
	}()
	timer := time.NewTimer(readTimeout)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-timer.C:
		return outcome{}.value, errTimeout
	}
}

var errTimeout = fmt.Errorf("could not be read within %v", readTimeout)

// readFile reads a regular file of at most MaxSize. The error does not name it.
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
	// A deadline ends the goroutine of a read from the kernel. Files on disks
	// have none.
	f.SetReadDeadline(time.Now().Add(readTimeout)) //nolint:errcheck // See above.
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errTimeout
	} else if err != nil {
		return nil, withoutPath(err)
	}
	if len(data) > MaxSize {
		return nil, errors.New("is larger than 1 MiB")
	}
	return data, nil
}

// withoutPath returns what a PathError says about its path.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
