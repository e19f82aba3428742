package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A pkg is what go list says of a package.
type pkg struct {
	ImportPath, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

func list(ctx context.Context, dir string, patterns []string) ([]pkg, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles"}, patterns...)...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var all []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// A verdict is what the tests say of a mutant.
type verdict string

const (
	killed   verdict = "killed"
	survived verdict = "survived"
	invalid  verdict = "does not compile"
)

// test runs a package's tests with a mutant, or without one, and returns what
// they printed.
func test(ctx context.Context, o options, p pkg, m *mutant) (verdict, string) {
	args := []string{"test", "-count=1", "-failfast", "-vet=off", "-timeout=" + o.timeout.String()}
	if m != nil {
		overlay, remove, err := m.overlay()
		if err != nil {
			return invalid, err.Error()
		}
		defer remove()
		args = append(args, "-overlay="+overlay)
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout+time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append(args, p.ImportPath)...)
	cmd.Dir, cmd.WaitDelay = o.dir, 10*time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		return survived, ""
	case strings.Contains(string(out), "[build failed]"):
		return invalid, string(out)
	default:
		return killed, string(out)
	}
}

// overlay writes the mutated file and the description that go test wants, to a
// folder that remove removes.
func (m mutant) overlay() (file string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	text, err := m.apply()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "mutant.go"), text, 0o600)
	}
	var description []byte
	if err == nil {
		description, err = json.Marshal(map[string]any{"Replace": map[string]string{m.file: filepath.Join(dir, "mutant.go")}})
	}
	file = filepath.Join(dir, "overlay.json")
	if err == nil {
		err = os.WriteFile(file, description, 0o600)
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return file, remove, nil
}
