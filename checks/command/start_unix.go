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

// local gives err the reason internal: a program that cannot be started says
// nothing about its target.
func local(err error) error {
	return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: %w", err))
}

// lookup returns the path of the program. It looks up a name in the program's own
// PATH and ignores relative directories in it.
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

// touch accesses the directory and the program before the program is started. If
// their file server does not respond, only this goroutine hangs. Without touch,
// the forking thread could hang between fork and exec and block the whole Go
// program at its next garbage collection. touch ignores errors; starting the
// program reports them.
func touch(path, dir string) {
	_, _ = os.Stat(dir)
	if interpreter := peek(path); interpreter != "" {
		peek(interpreter)
	}
}

// peek reads the beginning of a program and returns the interpreter, if it is a
// script that names one.
func peek(path string) (interpreter string) {
	// Without O_NONBLOCK, opening a FIFO waits for its writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		_, _ = os.Stat(path) // An unreadable program may still be executable.
		return ""
	}
	defer f.Close()
	head := make([]byte, 256) // The kernel reads no more than that.
	n, _ := f.Read(head)
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	words := strings.Fields(strings.TrimPrefix(line, "#!"))
	if !strings.HasPrefix(line, "#!") || len(words) == 0 {
		return ""
	}
	return words[0]
}

// explain adds the missing file or directory to the error of a program that could
// not be started, because the error of the system call names neither the
// directory nor the interpreter.
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
