//go:build unix

package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// local gives err the reason internal: a program that does not start says
// nothing about the thing it would have checked.
func local(err error) error {
	return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: %w", err))
}

// lookup returns the path of the program. It searches a name in the PATH that
// the program gets, and ignores relative directories there.
func (e Exec) lookup() (string, error) {
	name := e.Command[0]
	if filepath.IsAbs(name) {
		return name, nil
	}
	path, set := e.Env["PATH"]
	if !set {
		path = defaultPath
	}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found, nil
		}
	}
	if strings.Contains(name, " ") {
		return "", fmt.Errorf("program %q is not in PATH %s: one word each, there is no shell", name, path)
	}
	return "", fmt.Errorf("program %q is not in PATH %s", name, path)
}

// touch accesses the directory and the program before the start does. If their
// file server is gone, only this goroutine hangs here. Between fork and exec the
// forking thread would wait for its child in a way that blocks the whole Go
// program at its next garbage collection. Errors are left to the start.
func touch(path, dir string) {
	_, _ = os.Stat(dir)
	if interpreter := peek(path); interpreter != "" {
		peek(interpreter)
	}
}

// peek reads the beginning of a program and returns the interpreter, if it is a
// script that names one.
func peek(path string) (interpreter string) {
	// Without O_NONBLOCK the opening of a FIFO waits for its writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		_, _ = os.Stat(path) // It may be executable without being readable.
		return ""
	}
	defer f.Close()
	head := make([]byte, 256) // The kernel looks at no more.
	n, _ := f.Read(head)
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	words := strings.Fields(strings.TrimPrefix(line, "#!"))
	if !strings.HasPrefix(line, "#!") || len(words) == 0 {
		return ""
	}
	return words[0]
}

// explain names what was missing when a program could not be started: the error
// of the system call mentions neither the directory nor the interpreter.
func explain(err error, path, dir string) error {
	cause := err
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		cause = e.Err
	}
	switch {
	case errors.Is(cause, syscall.ENOENT) && exists(path) && exists(dir):
		return fmt.Errorf("start %s: its interpreter is missing: %w", path, cause)
	case !exists(dir):
		return fmt.Errorf("start %s: directory %s: %w", path, dir, cause)
	case errors.Is(cause, syscall.ENOEXEC):
		return fmt.Errorf("start %s: neither a program for this machine nor a script with an interpreter: %w", path, cause)
	}
	return fmt.Errorf("start %s: %w", path, cause)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
